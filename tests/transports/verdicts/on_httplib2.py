"""httplib2, which keeps its connections."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack

import httplib2

from .duty import QUESTION, TIMEOUT, Duty, Even, answer, calling


def _client(base_url: str, api_key: str, closing: ExitStack, duty: Duty) -> Callable[[], str]:
    http = httplib2.Http(timeout=TIMEOUT)
    closing.callback(http.close)
    headers = {"Authorization": f"Bearer {api_key}", "Content-Type": "application/json"}

    def send() -> str:
        reply, body = http.request(f"{base_url}/chat/completions", "POST", json.dumps(QUESTION), headers)
        return answer(reply.status, reply, body)

    return calling(send, duty)


def right(base_url: str, api_key: str, closing: ExitStack) -> Callable[[], str]:
    return _client(base_url, api_key, closing, Duty())


def wrong(base_url: str, api_key: str, closing: ExitStack) -> Callable[[], str]:
    return _client(base_url, api_key, closing, Even())
