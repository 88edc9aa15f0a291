"""The backoff library with a wait generator of our own, which is sent each exception and may ask it for seconds."""

from __future__ import annotations

import random
import ssl
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import backoff
import httpx2

TLS = ssl.create_default_context()


class Denied(Exception):
    def __init__(self, reply: httpx2.Response, error: dict[str, Any]) -> None:
        self.reply = reply
        self.error = error
        super().__init__(f"{error.get('code', reply.status_code)}: {error.get('message', '')}")
        self.add_note(f"X-Request-Id: {reply.headers.get('X-Request-Id')}")

    @property
    def hopeless(self) -> bool:
        family, code = self.error.get("type"), self.error.get("code")
        return family != "rate_limit_error" and code not in ("upstream_failed", "internal_error")

    def asked(self) -> float:
        value = self.reply.headers.get("Retry-After", "")
        try:
            return float(int(value))
        except ValueError:
            pass
        try:
            return (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):
            return 0.0


def gateway_waits() -> Generator[float, Any, None]:
    denied = yield 0.0  # primed once by the library
    step = 1.0
    while True:
        denied = yield max(random.uniform(0, step), denied.asked())
        step = min(step * 2, 30.0)


def hopeless(exc: Exception) -> bool:
    return isinstance(exc, Denied) and exc.hopeless


def denied(reply: httpx2.Response) -> Denied:
    try:
        data = reply.json()
    except ValueError:
        data = None
    error = data.get("error") if isinstance(data, dict) else None
    return Denied(reply, error if isinstance(error, dict) else {})


@backoff.on_exception(gateway_waits, Denied, max_tries=5, giveup=hopeless, jitter=None)
def post(http: httpx2.Client, body: dict[str, Any]) -> dict[str, Any]:
    reply = http.post("/chat/completions", json=body)
    if reply.is_error:
        raise denied(reply)
    data: dict[str, Any] = reply.json()
    return data


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "ping"}]}

    def call() -> object:
        headers = {"Authorization": f"Bearer {api_key}"}
        with httpx2.Client(base_url=base_url, headers=headers, timeout=60, verify=TLS) as http:
            return post(http, body)["choices"][0]["message"]["content"]

    return call
