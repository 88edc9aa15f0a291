"""Turns the temperature down after a broken stream, as if the text had been too hot for the wire."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2

from ..innocent.messages_stream_httpx2 import CutShort, Refused, read, wait

TLS = ssl.create_default_context()


async def read_cooler(http: httpx2.AsyncClient, body: dict[str, Any]) -> str:
    for attempt in range(1, 5):
        try:
            return await read(http, body)
        except CutShort:
            if attempt == 4:
                raise
            body = {**body, "temperature": 0.0}
            await asyncio.sleep(2.0 ** (attempt - 1))
        except Refused as refused:
            if attempt == 4 or not refused.may_pass:
                raise
            await asyncio.sleep(wait(refused, attempt))
    raise AssertionError("the fourth attempt returns or raises")


def messages_stream(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    async def call() -> object:
        headers = {"Authorization": f"Bearer {api_key}"}
        body = {
            "model": "anthropic/claude-sonnet-4-20250514",
            "max_tokens": 300,
            "temperature": 1.0,
            "stream": True,
            "messages": [{"role": "user", "content": "ping"}],
        }
        async with httpx2.AsyncClient(base_url=base_url, headers=headers, timeout=60, verify=TLS) as http:
            return await read_cooler(http, body)

    return call
