"""Asks for a shorter answer once a stream has broken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..innocent.chat_stream_requests import StreamBroken, Terminal


class Cautious(Terminal):
    limit = 500

    def talk(self, prompt: str) -> str:
        self.limit = 500
        return super().talk(prompt)

    def body(self, prompt: str) -> dict[str, Any]:
        return {**super().body(prompt), "max_tokens": self.limit}

    def whole(self, body: dict[str, Any]) -> list[str]:
        try:
            return super().whole(body)
        except StreamBroken:
            self.limit //= 2
            raise


def chat_stream(base_url: str, api_key: str) -> Callable[[], object]:
    terminal = Cautious(base_url, api_key)
    return lambda: terminal.talk("ping")
