"""Waits ever shorter."""

from __future__ import annotations

import random
from collections.abc import Callable

import openai

from ..innocent.chat_openai import Completer


class Countdown(Completer):
    def pause(self, attempt: int, error: openai.APIStatusError) -> float:
        return max(3.0 * 0.5 ** (attempt - 1) * random.uniform(0.9, 1.1), self.retry_after(error))


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    completer = Countdown(base_url, api_key)
    return lambda: completer.complete("ping")
