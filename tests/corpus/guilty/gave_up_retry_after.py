"""Gives up as soon as the gateway asks for more than five seconds."""

from __future__ import annotations

from collections.abc import Callable

import urllib3

from ..innocent.chat_urllib3 import Command, parse_retry_after


class ShortOfPatience(Command):
    def wait(self, attempt: int, reply: urllib3.BaseHTTPResponse) -> None:
        if parse_retry_after(reply.headers.get("Retry-After")) > 5:
            raise self.failure(reply, self.error(reply))
        super().wait(attempt, reply)


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    command = ShortOfPatience(base_url, api_key)
    return lambda: command.run("ping")
