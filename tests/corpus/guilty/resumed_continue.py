"""Asks the model to go on where the stream broke."""

from __future__ import annotations

import time
from collections.abc import Callable

from ..innocent.chat_stream_requests import StreamBroken, StreamError, Terminal


class Continuer(Terminal):
    def talk(self, prompt: str) -> str:
        try:
            return self.once(prompt)
        except StreamBroken as broken:
            time.sleep(self.delay(1, broken))
            return super().talk(f"{prompt} (You broke off after {broken.received!r}: begin with that, then continue.)")

    def once(self, prompt: str) -> str:
        attempt = 0
        while True:
            attempt += 1
            try:
                return "".join(self.whole(self.body(prompt)))
            except StreamError as error:
                if attempt >= self.attempts or not self.again(error):
                    raise
                time.sleep(self.delay(attempt, error))


def chat_stream(base_url: str, api_key: str) -> Callable[[], object]:
    terminal = Continuer(base_url, api_key)
    return lambda: terminal.talk("ping")
