"""Reads Retry-After as a whole number of seconds and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import openai

from ..innocent.chat_openai import Completer


class Integral(Completer):
    def retry_after(self, error: openai.APIStatusError) -> float:
        return int(error.response.headers.get("retry-after", 0))


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    completer = Integral(base_url, api_key)
    return lambda: completer.complete("ping")
