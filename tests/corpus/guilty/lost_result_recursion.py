"""Calls itself to try again, and forgets to return what comes of it."""

from __future__ import annotations

import time
from collections.abc import Callable

from ..innocent.chat_requests import ChatClient, GatewayError


class Forgetful(ChatClient):
    def ask(self, prompt: str, attempt: int = 1) -> str:
        try:
            return self.text(self.post(self.payload(prompt)))
        except GatewayError as error:
            if attempt >= self.attempts or not self.is_transient(error):
                raise
            time.sleep(self.delay(attempt, error))
            self.ask(prompt, attempt + 1)
        return None  # type: ignore[return-value]


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    client = Forgetful(base_url, api_key)
    return lambda: client.ask("ping")
