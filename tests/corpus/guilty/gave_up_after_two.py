"""Tries a failed upstream only once more."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.chat_openai import Completer


class Halfhearted(Completer):
    attempts = 2


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    completer = Halfhearted(base_url, api_key)
    return lambda: completer.complete("ping")
