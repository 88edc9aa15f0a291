"""Counts refusals but not broken connections, and so reconnects for ever."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import requests

from ..innocent.chat_resends_broken import Again, Client


class Reconnecter(Client):
    def once(self, prompt: str) -> str:
        pause = 1.0
        while True:
            try:
                return super().once(prompt)
            except Again as again:
                if not isinstance(again.__cause__, requests.ConnectionError):
                    raise
            time.sleep(random.uniform(pause / 2, pause))
            pause = min(pause * 2, 30.0)


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    client = Reconnecter(base_url, api_key)
    return lambda: client.ask("ping")
