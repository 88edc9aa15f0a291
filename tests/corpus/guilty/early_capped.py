"""Waits a minute at most, however long Retry-After asks."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.messages_anthropic import Writer


class MinuteAtMost(Writer):
    def retry_after(self, value: str) -> float:
        return min(super().retry_after(value), 60.0)


def messages(base_url: str, api_key: str) -> Callable[[], object]:
    writer = MinuteAtMost(base_url, api_key)
    return lambda: writer.write("ping")
