"""Sends nine requests where five are the most."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.chat_requests import ChatClient


class Stubborn(ChatClient):
    attempts = 9


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    client = Stubborn(base_url, api_key)
    return lambda: client.ask("ping")
