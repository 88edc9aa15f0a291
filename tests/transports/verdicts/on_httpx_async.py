"""httpx, async."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from contextlib import ExitStack

import httpx

from .duty import QUESTION, TIMEOUT, Duty, Mute, answer, calling_async

TLS = ssl.create_default_context()


def _client(base_url: str, api_key: str, duty: Duty) -> Callable[[], Awaitable[str]]:
    headers = {"Authorization": f"Bearer {api_key}"}

    async def send() -> str:
        async with httpx.AsyncClient(headers=headers, timeout=TIMEOUT, verify=TLS) as client:
            reply = await client.post(f"{base_url}/chat/completions", json=QUESTION)
        return answer(reply.status_code, reply.headers, reply.content)

    return calling_async(send, duty)


def right(base_url: str, api_key: str, closing: ExitStack) -> Callable[[], Awaitable[str]]:
    return _client(base_url, api_key, Duty())


def wrong(base_url: str, api_key: str, closing: ExitStack) -> Callable[[], Awaitable[str]]:
    return _client(base_url, api_key, Mute())
