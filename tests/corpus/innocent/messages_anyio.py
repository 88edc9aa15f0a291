"""A messages client on httpx and anyio, for either event loop; x-api-key as the Anthropic API has it."""

from __future__ import annotations

import random
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import anyio
import httpx

TLS = ssl.create_default_context()


class MessagesError(Exception):
    def __init__(self, response: httpx.Response) -> None:
        try:
            body = response.json()
        except ValueError:
            body = {}
        error = body.get("error") if isinstance(body, dict) else {}
        error = error if isinstance(error, dict) else {}
        self.type: str | None = error.get("type")
        self.code: str | None = error.get("code")
        self.param: str | None = error.get("param")
        self.request_id = response.headers.get("X-Request-Id")
        self.retry_after = response.headers.get("Retry-After")
        super().__init__(f"{self.type}/{self.code}: {error.get('message', response.text[:80])} ({self.request_id})")

    @property
    def transient(self) -> bool:
        if self.type == "rate_limit_error":
            return True
        return self.code in ("upstream_failed", "internal_error")

    @property
    def not_before(self) -> float:
        if not self.retry_after:
            return 0
        try:
            return int(self.retry_after)
        except ValueError:
            pass
        try:
            return (parsedate_to_datetime(self.retry_after) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):
            return 0


async def create_message(base_url: str, api_key: str, prompt: str) -> str:
    payload: dict[str, Any] = {
        "model": "anthropic/claude-sonnet-4-20250514",
        "max_tokens": 64,
        "messages": [{"role": "user", "content": prompt}],
    }
    headers = {"x-api-key": api_key, "anthropic-version": "2023-06-01"}
    async with httpx.AsyncClient(base_url=base_url, headers=headers, timeout=60, verify=TLS) as http:
        for doubled in range(4):
            response = await http.post("/messages", json=payload)
            if response.is_success:
                return "".join(part["text"] for part in response.json()["content"] if part["type"] == "text")
            error = MessagesError(response)
            if not error.transient:
                break
            if doubled < 3:
                await anyio.sleep(max(2**doubled + random.random(), error.not_before))
    raise error


def messages(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    async def call() -> object:
        return await create_message(base_url, api_key, "ping")

    return call
