"""Sleeps what Retry-After says, below zero too."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import urllib3

from ..innocent.chat_urllib3 import Command


class Unsigned(Command):
    def wait(self, attempt: int, reply: urllib3.BaseHTTPResponse) -> None:
        value = reply.headers.get("Retry-After", "")
        if value.removeprefix("-").isdecimal():
            time.sleep(float(value) or random.uniform(1.0, 2.0))
        else:
            super().wait(attempt, reply)


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    command = Unsigned(base_url, api_key)
    return lambda: command.run("ping")
