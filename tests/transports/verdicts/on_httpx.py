"""httpx, plain."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from contextlib import ExitStack

import httpx

from .duty import QUESTION, TIMEOUT, Duty, Hasty, answer, calling

TLS = ssl.create_default_context()


def _client(base_url: str, api_key: str, closing: ExitStack, duty: Duty) -> Callable[[], str]:
    headers = {"Authorization": f"Bearer {api_key}"}
    client = closing.enter_context(httpx.Client(headers=headers, timeout=TIMEOUT, verify=TLS))

    def send() -> str:
        reply = client.post(f"{base_url}/chat/completions", json=QUESTION)
        return answer(reply.status_code, reply.headers, reply.content)

    return calling(send, duty)


def right(base_url: str, api_key: str, closing: ExitStack) -> Callable[[], str]:
    return _client(base_url, api_key, closing, Duty())


def wrong(base_url: str, api_key: str, closing: ExitStack) -> Callable[[], str]:
    return _client(base_url, api_key, closing, Hasty())
