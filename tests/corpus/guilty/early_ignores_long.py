"""Drops a Retry-After of more than a minute and uses its own backoff instead."""

from __future__ import annotations

from collections.abc import Callable

import openai

from ..innocent.chat_openai import Completer


class OldHabit(Completer):
    def retry_after(self, error: openai.APIStatusError) -> float:
        asked = super().retry_after(error)
        return asked if asked <= 60 else 0.0


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    completer = OldHabit(base_url, api_key)
    return lambda: completer.complete("ping")
