"""Leaves the SDK's own retries on under a loop of its own: three times four requests."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.chat_openai import Completer


class Doubled(Completer):
    sdk_retries = 2


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    completer = Doubled(base_url, api_key)
    return lambda: completer.complete("ping")
