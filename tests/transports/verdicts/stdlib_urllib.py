"""urllib.request."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack

from .duty import QUESTION, TIMEOUT, ByStatus, Duty, answer, calling


def _client(base_url: str, api_key: str, duty: Duty) -> Callable[[], str]:
    headers = {"Authorization": f"Bearer {api_key}", "Content-Type": "application/json"}

    def send() -> str:
        request = urllib.request.Request(f"{base_url}/chat/completions", json.dumps(QUESTION).encode(), headers)
        try:
            reply = urllib.request.urlopen(request, timeout=TIMEOUT)
        except urllib.error.HTTPError as error:
            reply = error
        with reply:
            return answer(reply.status, reply.headers, reply.read())

    return calling(send, duty)


def right(base_url: str, api_key: str, closing: ExitStack) -> Callable[[], str]:
    return _client(base_url, api_key, Duty())


def wrong(base_url: str, api_key: str, closing: ExitStack) -> Callable[[], str]:
    return _client(base_url, api_key, ByStatus())
