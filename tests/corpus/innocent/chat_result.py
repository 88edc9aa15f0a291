"""A client that never raises for the gateway: every call gives a Result, and a Result says whether it is one."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import urllib3


@dataclass(frozen=True)
class Result:
    ok: bool
    value: str | None = None
    error_code: str | None = None
    error_param: str | None = None
    error_message: str | None = None
    request_id: str | None = None


class Reply:
    """What the rest of the client wants to know of a response."""

    def __init__(self, response: urllib3.BaseHTTPResponse) -> None:
        self.status = response.status
        self.request_id = response.headers.get("X-Request-Id")
        self.retry_after = response.headers.get("Retry-After")
        try:
            data = json.loads(response.data)
        except ValueError:
            data = None
        self.data: dict[str, Any] = data if isinstance(data, dict) else {}
        error = self.data.get("error")
        self.error: dict[str, Any] = error if isinstance(error, dict) else {}

    @property
    def passing(self) -> bool:
        return self.error.get("type") == "rate_limit_error" or self.error.get("code") in (
            "upstream_failed",
            "internal_error",
        )

    def result(self) -> Result:
        if self.status == 200:
            return Result(ok=True, value=self.data["choices"][0]["message"]["content"])
        return Result(
            ok=False,
            error_code=self.error.get("code") or f"http_{self.status}",
            error_param=self.error.get("param"),
            error_message=self.error.get("message"),
            request_id=self.request_id,
        )


def delay(reply: Reply, attempt: int) -> float:
    ceiling = min(30.0, 2.0**attempt)
    asked = 0.0
    if reply.retry_after and reply.retry_after.isdecimal():
        asked = float(reply.retry_after)
    elif reply.retry_after:
        try:
            asked = (parsedate_to_datetime(reply.retry_after) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):
            asked = 0.0
    return max(ceiling / 2 + random.uniform(0, ceiling / 2), asked)


def try_chat(pool: urllib3.PoolManager, url: str, key: str, prompt: str) -> Result:
    body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": prompt}]}
    reply: Reply | None = None
    for attempt in range(5):
        if reply is not None:
            time.sleep(delay(reply, attempt - 1))
        try:
            response = pool.request(
                "POST", url, json=body, headers={"Authorization": f"Bearer {key}"}, retries=False, timeout=60
            )
        except urllib3.exceptions.HTTPError as broken:
            return Result(ok=False, error_code="connection", error_message=type(broken).__name__)
        reply = Reply(response)
        if not reply.passing:
            break
    assert reply is not None
    return reply.result()


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    pool = urllib3.PoolManager()
    return lambda: try_chat(pool, f"{base_url}/chat/completions", api_key, "ping")
