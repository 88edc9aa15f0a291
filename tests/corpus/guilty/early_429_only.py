"""Obeys Retry-After under 429, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.chat_requests import ChatClient, GatewayError


class OnlyWhenLimited(ChatClient):
    def retry_after(self, error: GatewayError) -> float:
        return super().retry_after(error) if error.status == 429 else 0.0


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    client = OnlyWhenLimited(base_url, api_key)
    return lambda: client.ask("ping")
