"""tornado's HTTP client on asyncio's loop."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from contextlib import ExitStack

from tornado.simple_httpclient import SimpleAsyncHTTPClient

from .duty import QUESTION, TIMEOUT, Duty, Meek, answer, calling_async


def _client(base_url: str, api_key: str, duty: Duty) -> Callable[[], Awaitable[str]]:
    headers = {"Authorization": f"Bearer {api_key}", "Content-Type": "application/json"}

    async def send() -> str:
        client = SimpleAsyncHTTPClient(force_instance=True)
        try:
            reply = await client.fetch(
                f"{base_url}/chat/completions",
                raise_error=False,
                method="POST",
                body=json.dumps(QUESTION),
                headers=headers,
                request_timeout=TIMEOUT,
            )
        finally:
            client.close()
        return answer(reply.code, reply.headers, reply.body)

    return calling_async(send, duty)


def right(base_url: str, api_key: str, closing: ExitStack) -> Callable[[], Awaitable[str]]:
    return _client(base_url, api_key, Duty())


def wrong(base_url: str, api_key: str, closing: ExitStack) -> Callable[[], Awaitable[str]]:
    return _client(base_url, api_key, Meek())
