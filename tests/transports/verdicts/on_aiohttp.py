"""aiohttp."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import ExitStack

import aiohttp

from .duty import QUESTION, TIMEOUT, Duty, Tattler, answer, calling_async


def _client(base_url: str, api_key: str, duty: Duty) -> Callable[[], Awaitable[str]]:
    headers = {"Authorization": f"Bearer {api_key}"}

    async def send() -> str:
        async with (
            aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(total=TIMEOUT)) as session,
            session.post(f"{base_url}/chat/completions", json=QUESTION) as reply,
        ):
            return answer(reply.status, reply.headers, await reply.read())

    return calling_async(send, duty)


def right(base_url: str, api_key: str, closing: ExitStack) -> Callable[[], Awaitable[str]]:
    return _client(base_url, api_key, Duty())


def wrong(base_url: str, api_key: str, closing: ExitStack) -> Callable[[], Awaitable[str]]:
    return _client(base_url, api_key, Tattler(api_key))
