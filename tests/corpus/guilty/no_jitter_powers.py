"""Waits 1, 2, 4, 8 s to the millisecond, like every other process that failed with it."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.chat_requests import ChatClient, GatewayError


class Clockwork(ChatClient):
    def delay(self, attempt: int, error: GatewayError) -> float:
        return max(min(self.first_wait * 2.0 ** (attempt - 1), self.longest_wait), self.retry_after(error))


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    client = Clockwork(base_url, api_key)
    return lambda: client.ask("ping")
