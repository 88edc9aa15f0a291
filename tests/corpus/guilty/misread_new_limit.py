"""Knows three rate limits, and takes a fourth for final."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.chat_requests import TRANSIENT, ChatClient, GatewayError


class ListMinded(ChatClient):
    def is_transient(self, error: GatewayError) -> bool:
        return error.code in TRANSIENT


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    client = ListMinded(base_url, api_key)
    return lambda: client.ask("ping")
