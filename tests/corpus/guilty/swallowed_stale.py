"""Falls back on its last good answer, and the caller takes it for today's."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.chat_requests import ChatClient, GatewayError


class Stale(ChatClient):
    last: str | None = None

    def ask(self, prompt: str) -> str:
        try:
            self.last = super().ask(prompt)
        except GatewayError:
            if self.last is None:
                raise
        return self.last


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    client = Stale(base_url, api_key)
    return lambda: client.ask("ping")
