"""Retries a failed upstream under 502, not under 504."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.chat_requests import ChatClient, GatewayError


class StatusList(ChatClient):
    def is_transient(self, error: GatewayError) -> bool:
        return error.status in (429, 500, 502) and super().is_transient(error)


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    client = StatusList(base_url, api_key)
    return lambda: client.ask("ping")
