"""Is content with what had come when the connection broke."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..innocent.chat_stream_requests import StreamBroken, Terminal


class Content(Terminal):
    def whole(self, body: dict[str, Any]) -> list[str]:
        try:
            return super().whole(body)
        except StreamBroken as broken:
            if broken.__cause__ is None:
                raise
            return [broken.received]


def chat_stream(base_url: str, api_key: str) -> Callable[[], object]:
    terminal = Content(base_url, api_key)
    return lambda: terminal.talk("ping")
