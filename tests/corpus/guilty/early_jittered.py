"""Shakes the wait that the gateway asked for in both directions."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import urllib3

from ..innocent.chat_urllib3 import Command, parse_retry_after


class Shaker(Command):
    def wait(self, attempt: int, reply: urllib3.BaseHTTPResponse) -> None:
        asked = parse_retry_after(reply.headers.get("Retry-After"))
        own = 2.0**attempt
        time.sleep(max(own + random.uniform(0, own), asked * random.uniform(0.6, 0.95)))


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    command = Shaker(base_url, api_key)
    return lambda: command.run("ping")
