"""Sends a refused key again, in case it has only just been made."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.chat_requests import ChatClient, GatewayError


class PatientWithKeys(ChatClient):
    def is_transient(self, error: GatewayError) -> bool:
        # A new key takes a moment to reach all servers.
        return error.code == "invalid_api_key" or super().is_transient(error)


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    client = PatientWithKeys(base_url, api_key)
    return lambda: client.ask("ping")
