"""An async consumer whose pauses can be cut short: it waits for a cancel event with the backoff as the timeout."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp


class ConsumerError(Exception):
    code: str | None
    param: str | None

    def __init__(self, status: int, payload: object, request_id: str | None) -> None:
        error = payload.get("error") if isinstance(payload, dict) else None
        self.error: dict[str, Any] = error if isinstance(error, dict) else {}
        self.code = self.error.get("code")
        self.param = self.error.get("param")
        self.request_id = request_id
        super().__init__(f"status {status}, code {self.code}, X-Request-Id {request_id}")

    @property
    def may_pass(self) -> bool:
        if self.error.get("type") == "rate_limit_error":
            return True
        return self.code in {"upstream_failed", "internal_error"}


class Cancelled(Exception):
    pass


def seconds(value: str | None) -> float:
    if value is None:
        return 0.0
    try:
        return float(int(value))
    except ValueError:
        pass
    try:
        return (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError):
        return 0.0


class Consumer:
    def __init__(self, base_url: str, api_key: str) -> None:
        self.base_url, self.api_key = base_url, api_key

    async def consume(self, text: str) -> str:
        cancel = asyncio.Event()
        auth = {"Authorization": f"Bearer {self.api_key}"}
        async with aiohttp.ClientSession(headers=auth) as session:
            for attempt in range(1, 6):
                try:
                    return await self.post(session, text)
                except ConsumerError as error:
                    if attempt == 5 or not error.may_pass:
                        raise
                    pause = max(self.jittered(attempt), self.asked)
                await self.pause(cancel, pause)
        raise AssertionError("five attempts return or raise")

    asked = 0.0

    async def post(self, session: aiohttp.ClientSession, text: str) -> str:
        body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": text}]}
        async with session.post(f"{self.base_url}/chat/completions", json=body) as reply:
            try:
                payload = await reply.json(content_type=None)
            except ValueError:
                payload = None
            if reply.status == 200:
                return str(payload["choices"][0]["message"]["content"])
            self.asked = seconds(reply.headers.get("Retry-After"))
            raise ConsumerError(reply.status, payload, reply.headers.get("X-Request-Id"))

    def jittered(self, attempt: int) -> float:
        return random.uniform(0, min(2.0 ** (attempt - 1), 30.0))

    async def pause(self, cancel: asyncio.Event, seconds: float) -> None:
        try:
            await asyncio.wait_for(cancel.wait(), timeout=seconds)
        except TimeoutError:
            return
        raise Cancelled


def chat(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    async def call() -> object:
        return await Consumer(base_url, api_key).consume("ping")

    return call
