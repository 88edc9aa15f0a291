"""Anthropic-style events read by hand with httpx2, async; a broken stream is surfaced as its own kind of error."""

from __future__ import annotations

import asyncio
import json
import random
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

TLS = ssl.create_default_context()


class ReaderError(Exception):
    code: str | None = None
    param: str | None = None

    def __init__(self, text: str, request_id: str | None) -> None:
        super().__init__(f"{text} (X-Request-Id: {request_id})")
        self.request_id = request_id


class Refused(ReaderError):
    def __init__(self, error: Any, response: httpx2.Response) -> None:
        error = error if isinstance(error, dict) else {}
        self.family = error.get("type")
        self.code = error.get("code")
        self.param = error.get("param")
        self.retry_after = response.headers.get("Retry-After", "")
        super().__init__(f"{self.code}: {error.get('message')}", response.headers.get("X-Request-Id"))

    @property
    def may_pass(self) -> bool:
        return self.family == "rate_limit_error" or self.code in ("upstream_failed", "internal_error")


class CutShort(ReaderError):
    """Part of the answer came. It is not handed out: half a contract clause reads like a whole one."""


async def stream_events(response: httpx2.Response) -> AsyncIterator[dict[str, Any]]:
    async for line in response.aiter_lines():
        field, _, value = line.partition(":")
        if field == "data":
            yield json.loads(value)


async def read(http: httpx2.AsyncClient, body: dict[str, Any]) -> str:
    async with http.stream("POST", "/messages", json=body) as response:
        if response.status_code != 200:
            content = await response.aread()
            try:
                error = json.loads(content)["error"]
            except (ValueError, KeyError, TypeError):
                error = None
            raise Refused(error, response)
        text = ""
        request_id = response.headers.get("X-Request-Id")
        try:
            async for event in stream_events(response):
                match event.get("type"):
                    case "content_block_delta":
                        text += event["delta"].get("text", "")
                    case "message_stop":
                        return text
                    case "error":
                        raise Refused(event.get("error"), response)
        except httpx2.TransportError as broken:
            raise CutShort("the connection broke in mid-answer", request_id) from broken
        raise CutShort("the stream ended without message_stop", request_id)


def wait(refused: Refused, attempt: int) -> float:
    step = min(30.0, 2.0 ** (attempt - 1))
    own = step * random.uniform(0.8, 1.2)
    try:
        return max(own, float(int(refused.retry_after)))
    except ValueError:
        pass
    try:
        return max(own, (parsedate_to_datetime(refused.retry_after) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return own


async def read_patiently(base_url: str, api_key: str, prompt: str) -> str:
    headers = {"Authorization": f"Bearer {api_key}", "anthropic-version": "2023-06-01"}
    body = {
        "model": "anthropic/claude-sonnet-4-20250514",
        "max_tokens": 300,
        "stream": True,
        "messages": [{"role": "user", "content": prompt}],
    }
    async with httpx2.AsyncClient(base_url=base_url, headers=headers, timeout=60, verify=TLS) as http:
        for attempt in range(1, 6):
            try:
                return await read(http, body)
            except Refused as refused:
                if attempt == 5 or not refused.may_pass:
                    raise
                await asyncio.sleep(wait(refused, attempt))
    raise AssertionError("the fifth attempt returns or raises")


def messages_stream(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    async def call() -> object:
        return await read_patiently(base_url, api_key, "ping")

    return call
