"""Counts five retries, not five requests."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.chat_openai import Completer


class CountsRetries(Completer):
    attempts = 6


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    completer = CountsRetries(base_url, api_key)
    return lambda: completer.complete("ping")
