"""Asks for less each time the gateway fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from ..innocent.chat_httpx import Assistant


class Haggler(Assistant):
    def send(self, http: httpx.Client, body: dict[str, Any], number: int) -> httpx.Response:
        return super().send(http, {**body, "max_tokens": 512 // number}, number)


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    assistant = Haggler(base_url, api_key)
    return lambda: assistant.complete("ping")
