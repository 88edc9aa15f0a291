"""Takes an internal error of the gateway for final."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.chat_requests import ChatClient, GatewayError


class Believer(ChatClient):
    def is_transient(self, error: GatewayError) -> bool:
        return error.code != "internal_error" and super().is_transient(error)


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    client = Believer(base_url, api_key)
    return lambda: client.ask("ping")
