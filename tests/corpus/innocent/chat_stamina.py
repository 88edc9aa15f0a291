"""stamina round an async httpx call: a backoff hook that answers with seconds where the gateway named them."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import stamina

TLS = ssl.create_default_context()
TRANSIENT = {"rate_limited", "rpm_rate_limited", "tpm_rate_limited", "upstream_failed", "internal_error"}


class Refusal(Exception):
    def __init__(self, response: httpx.Response) -> None:
        self.headers = response.headers
        self.request_id = response.headers.get("X-Request-Id")
        self.error = self.envelope(response)
        self.code = self.error.get("code")
        self.param = self.error.get("param")
        super().__init__(f"{response.status_code}/{self.code}: {self.error.get('message')} [{self.request_id}]")

    def envelope(self, response: httpx.Response) -> dict[str, Any]:
        try:
            error = response.json()["error"]
        except (ValueError, LookupError, TypeError):
            return {}
        return error if isinstance(error, dict) else {}


def hook(exc: Exception) -> bool | timedelta:
    if not isinstance(exc, Refusal):
        return False
    if exc.code not in TRANSIENT and exc.error.get("type") != "rate_limit_error":
        return False
    value = exc.headers.get("Retry-After", "")
    if value.isdigit():
        asked = timedelta(seconds=int(value))
    else:
        try:
            asked = parsedate_to_datetime(value) - datetime.now(UTC)
        except (TypeError, ValueError):
            return True
    return asked if asked > timedelta(seconds=1) else True


async def ask(base_url: str, api_key: str, prompt: str) -> str:
    async with httpx.AsyncClient(base_url=base_url, verify=TLS, timeout=60) as http:
        async for attempt in stamina.retry_context(
            on=hook, attempts=4, timeout=None, wait_initial=1.0, wait_max=30.0, wait_jitter=1.0, wait_exp_base=2
        ):
            with attempt:
                response = await http.post(
                    "/chat/completions",
                    headers={"Authorization": f"Bearer {api_key}"},
                    json={"model": "openai/gpt-4o", "messages": [{"role": "user", "content": prompt}]},
                )
                if response.is_error:
                    raise Refusal(response)
    return str(response.json()["choices"][0]["message"]["content"])


def chat(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    async def call() -> object:
        return await ask(base_url, api_key, "ping")

    return call
