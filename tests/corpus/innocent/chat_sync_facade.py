"""A blocking function over async code: each call runs a loop of its own and closes all it opened."""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

import httpx

TLS = ssl.create_default_context()


class Refused(NamedTuple):
    type: str | None
    code: str | None
    param: str | None
    message: str | None
    request_id: str | None
    retry_after: str | None


class FacadeError(Exception):
    def __init__(self, refused: Refused) -> None:
        super().__init__(refused)
        self.refused = refused

    def __str__(self) -> str:
        return f"{self.refused.code}: {self.refused.message} (request id {self.refused.request_id})"


def refused(response: httpx.Response) -> Refused:
    error: Any = {}
    try:
        body = response.json()
        error = body["error"] if isinstance(body["error"], dict) else {}
    except (ValueError, KeyError, TypeError):
        error = {}
    return Refused(
        type=error.get("type"),
        code=error.get("code"),
        param=error.get("param"),
        message=error.get("message"),
        request_id=response.headers.get("X-Request-Id"),
        retry_after=response.headers.get("Retry-After"),
    )


def requests_allowed(what: Refused) -> int:
    match what:
        case Refused(type="rate_limit_error"):
            return 5
        case Refused(code="upstream_failed" | "internal_error"):
            return 3
        case _:
            return 1


def wait(what: Refused, sent: int) -> float:
    own = min(30.0, 2.0 ** (sent - 1) + random.uniform(0, 0.5 * 2 ** (sent - 1)))
    try:
        return max(own, float(int(what.retry_after or "0")))
    except ValueError:
        pass
    try:
        return max(own, (parsedate_to_datetime(str(what.retry_after)) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return own


async def main(base_url: str, api_key: str, prompt: str) -> str:
    async with httpx.AsyncClient(verify=TLS, headers={"Authorization": f"Bearer {api_key}"}, timeout=60) as http:
        sent = 0
        while True:
            response = await http.post(
                f"{base_url}/chat/completions",
                json={"model": "openai/gpt-4o", "messages": [{"role": "user", "content": prompt}]},
            )
            sent += 1
            if response.is_success:
                return str(response.json()["choices"][0]["message"]["content"])
            what = refused(response)
            if sent >= requests_allowed(what):
                raise FacadeError(what)
            await asyncio.sleep(wait(what, sent))


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    return lambda: asyncio.run(main(base_url, api_key, "ping"))
