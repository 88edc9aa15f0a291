"""Knows four spending caps, and takes a fifth for a rate limit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..innocent.messages_anthropic import Writer

CAPS = ("key_daily_limit", "key_monthly_limit", "account_daily_limit", "request_cost_limit")


class FourCaps(Writer):
    def passing(self, error: Any) -> bool:
        new_cap = error.family == "usage_cap_exceeded" and error.code not in CAPS
        return new_cap or super().passing(error)


def messages(base_url: str, api_key: str) -> Callable[[], object]:
    writer = FourCaps(base_url, api_key)
    return lambda: writer.write("ping")
