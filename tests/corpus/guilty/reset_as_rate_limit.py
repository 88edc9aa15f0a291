"""Takes a spent daily or monthly cap for a rate limit."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.chat_openai import Completer


class CapBlind(Completer):
    transient = Completer.transient | {"key_daily_limit", "key_monthly_limit", "account_daily_limit"}


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    completer = CapBlind(base_url, api_key)
    return lambda: completer.complete("ping")
