"""An async web backend's chat client on httpx2: a table of code to allowance, additive jitter (d to d + 1)."""

from __future__ import annotations

import asyncio
import email.utils
import random
import ssl
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2

TLS = ssl.create_default_context()

# How many requests each code is worth; whatever is not listed is worth one.
ALLOWANCE = {
    "rate_limited": 6,
    "rpm_rate_limited": 6,
    "tpm_rate_limited": 6,
    "upstream_failed": 4,
    "internal_error": 4,
}
FAMILY_ALLOWANCE = {"rate_limit_error": 6, "upstream_error": 3}


class GatewayFailure(RuntimeError):
    def __init__(self, text: str, *, status: int, request_id: str | None, error: dict[str, Any]) -> None:
        super().__init__(text)
        self.status = status
        self.request_id = request_id
        self.error = error
        self.code: str | None = error.get("code")
        self.param: str | None = error.get("param")


def error_member(reply: httpx2.Response) -> dict[str, Any]:
    try:
        match reply.json():
            case {"error": {"code": str()} as error}:
                return dict(error)
    except ValueError:
        pass
    return {}


class Backend:
    first_wait = 1.0

    def __init__(self, base_url: str, api_key: str) -> None:
        self._base_url = base_url
        self._api_key = api_key

    async def answer(self, question: str) -> str:
        async with httpx2.AsyncClient(base_url=self._base_url, timeout=30, verify=TLS) as http:
            made = 0
            while True:
                reply = await self.request(http, question)
                made += 1
                if reply.status_code == 200:
                    return str(reply.json()["choices"][0]["message"]["content"])
                failure = self.failure(reply)
                if made >= self.allowance(failure):
                    raise failure
                await self.nap(max(self.backoff(made), self.asked(reply)))

    async def request(self, http: httpx2.AsyncClient, question: str) -> httpx2.Response:
        return await http.post(
            "/chat/completions",
            headers={"Authorization": f"Bearer {self._api_key}"},
            json={"model": "anthropic/claude-sonnet-4-20250514", "messages": [{"role": "user", "content": question}]},
        )

    def failure(self, reply: httpx2.Response) -> GatewayFailure:
        error = error_member(reply)
        request_id = reply.headers.get("X-Request-Id")
        text = (
            f"{error.get('code', 'unknown error')} ({reply.status_code}): {error.get('message', reply.reason_phrase)}"
        )
        return GatewayFailure(
            f"{text}; quote {request_id}", status=reply.status_code, request_id=request_id, error=error
        )

    def allowance(self, failure: GatewayFailure) -> int:
        if failure.code in ALLOWANCE:
            return ALLOWANCE[failure.code]
        known_exceptions = ("image_generation_timeout", "video_billing_error")
        if failure.code in known_exceptions:
            return 1
        return FAMILY_ALLOWANCE.get(str(failure.error.get("type")), 1)

    def backoff(self, made: int) -> float:
        return min(self.first_wait * 2.0 ** (made - 1) + random.random(), 30.0)

    def asked(self, reply: httpx2.Response) -> float:
        value = reply.headers.get("Retry-After", "")
        try:
            return float(int(value))
        except ValueError:
            parts = email.utils.parsedate_tz(value)
            return email.utils.mktime_tz(parts) - time.time() if parts else 0.0

    async def nap(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def chat(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    backend = Backend(base_url, api_key)

    async def call() -> object:
        return await backend.answer("ping")

    return call
