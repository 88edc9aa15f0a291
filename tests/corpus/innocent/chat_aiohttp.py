"""A chat bot on aiohttp: an exception class for what to do next, decorrelated jitter."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp


class BotError(Exception):
    """The gateway said no. ``details`` is its error object."""

    def __init__(self, details: dict[str, Any], *, status: int, request_id: str | None, not_before: float) -> None:
        self.details = details
        self.status = status
        self.request_id = request_id
        self.not_before = not_before
        super().__init__(f"{details.get('code', status)}: {details.get('message', 'unreadable reply')} <{request_id}>")


class TryLater(BotError):
    """Worth another request."""


class GiveUp(BotError):
    """Another request would end the same way, or do harm."""


class Bot:
    requests_at_most = 5

    def __init__(self, base_url: str, api_key: str) -> None:
        self.endpoint = f"{base_url}/chat/completions"
        self.headers = {"Authorization": f"Bearer {api_key}"}

    async def reply(self, text: str) -> str:
        message = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": text}]}
        pause = 1.0
        async with self.session() as session:
            for remaining in reversed(range(self.requests_at_most)):
                try:
                    return await self.once(session, message)
                except TryLater as trouble:
                    if not remaining:
                        raise
                    pause = self.next_pause(pause)
                    await self.sleep(max(pause, trouble.not_before))
        raise AssertionError("unreachable")

    def session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(headers=self.headers, timeout=aiohttp.ClientTimeout(total=90))

    async def once(self, session: aiohttp.ClientSession, message: dict[str, Any]) -> str:
        async with session.post(self.endpoint, json=message) as response:
            if response.status >= 400:
                raise self.trouble(response, await response.text(errors="replace"))
            data = await response.json()
        return str(data["choices"][0]["message"]["content"])

    def trouble(self, response: aiohttp.ClientResponse, body: str) -> BotError:
        details = self.details(body)
        kind = TryLater if self.transient(details) else GiveUp
        return kind(
            details,
            status=response.status,
            request_id=response.headers.get("X-Request-Id"),
            not_before=self.not_before(response.headers.get("Retry-After")),
        )

    def details(self, body: str) -> dict[str, Any]:
        try:
            parsed = json.loads(body)
        except json.JSONDecodeError:
            return {}
        found = parsed.get("error", {}) if isinstance(parsed, dict) else {}
        return found if isinstance(found, dict) else {}

    def transient(self, details: dict[str, Any]) -> bool:
        if details.get("type") == "rate_limit_error":
            return True
        return details.get("code") in ("upstream_failed", "internal_error")

    def not_before(self, header: str | None) -> float:
        if not header:
            return 0.0
        if header.isdecimal() and header.isascii():
            return float(header)
        try:
            moment = parsedate_to_datetime(header)
            return (moment - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            return 0.0

    def next_pause(self, last: float) -> float:
        return min(30.0, random.uniform(1.0, last * 3))

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def chat(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    bot = Bot(base_url, api_key)

    async def call() -> object:
        return await bot.reply("ping")

    return call
