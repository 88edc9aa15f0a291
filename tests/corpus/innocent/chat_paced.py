"""An async client that keeps a pace of its own, two requests a second at most over all its callers."""

from __future__ import annotations

import asyncio
import random
import ssl
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

TLS = ssl.create_default_context()


class Pacer:
    """Gives out the moments at which a request may go; the callers need no lock, since they share one thread."""

    def __init__(self, per_second: float) -> None:
        self.gap = 1 / per_second
        self.free_from = 0.0

    async def turn(self) -> None:
        now = time.monotonic()
        mine = max(now, self.free_from)
        self.free_from = mine + self.gap
        if mine > now:
            await asyncio.sleep(mine - now)


class PacedError(Exception):
    def __init__(self, code: str, details: dict[str, Any], request_id: str | None) -> None:
        self.code, self.details, self.request_id = code, details, request_id
        super().__init__(f"{code}: {details.get('message', 'no details')} [{request_id}]")


def details(response: httpx2.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {}


def pause(response: httpx2.Response, attempt: int) -> float:
    own = random.uniform(0.75, 1.25) * min(2.0 ** (attempt - 1), 30.0)
    asked = response.headers.get("Retry-After", "")
    if asked.isdecimal():
        return max(own, float(asked) + random.random())
    try:
        return max(own, (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds() + random.random())
    except (TypeError, ValueError):
        return own


async def ask(base_url: str, api_key: str, pacer: Pacer, prompt: str) -> str:
    body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": prompt}]}
    headers = {"Authorization": f"Bearer {api_key}"}
    async with httpx2.AsyncClient(base_url=base_url, headers=headers, timeout=60, verify=TLS) as http:
        for attempt in range(1, 6):
            await pacer.turn()
            response = await http.post("/chat/completions", json=body)
            if response.is_success:
                return str(response.json()["choices"][0]["message"]["content"])
            error = details(response)
            passing = error.get("code") in ("upstream_failed", "internal_error")
            if attempt == 5 or not (passing or error.get("type") == "rate_limit_error"):
                break
            await asyncio.sleep(pause(response, attempt))
    raise PacedError(str(error.get("code", response.status_code)), error, response.headers.get("X-Request-Id"))


def chat(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    pacer = Pacer(per_second=2)

    async def call() -> object:
        return await ask(base_url, api_key, pacer, "ping")

    return call
