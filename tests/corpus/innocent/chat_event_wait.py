"""A daemon's client: it waits on the daemon's stop event, so that a shutdown need not sit out a backoff."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import urllib3


class Stopped(Exception):
    """The daemon is shutting down."""


class RemoteError(Exception):
    def __init__(self, status: int, error: dict[str, Any], request_id: str | None) -> None:
        self.status, self.error, self.request_id = status, error, request_id
        super().__init__(f"{error.get('code')} (status {status}, request {request_id}): {error.get('message')}")

    @property
    def code(self) -> str | None:
        return self.error.get("code")

    @property
    def param(self) -> str | None:
        return self.error.get("param")


class Daemon:
    limits = {"rate_limit_error": 6, "upstream_failed": 4, "internal_error": 4}

    def __init__(self, base_url: str, api_key: str) -> None:
        self.stopping = threading.Event()
        self.url = f"{base_url}/chat/completions"
        self.http = urllib3.PoolManager(headers={"Authorization": f"Bearer {api_key}"}, retries=False, timeout=60.0)

    def request(self, text: str) -> str:
        sent = 0
        while True:
            reply = self.http.request(
                "POST", self.url, json={"model": "openai/gpt-4o", "messages": [{"role": "user", "content": text}]}
            )
            sent += 1
            if reply.status == 200:
                return str(reply.json()["choices"][0]["message"]["content"])
            error = self.error(reply.data)
            if sent >= self.limit(error):
                raise RemoteError(reply.status, error, reply.headers.get("X-Request-Id"))
            pause = max(self.backoff(sent), self.asked(reply.headers.get("Retry-After", "")))
            if self.stopping.wait(pause):
                raise Stopped

    def limit(self, error: dict[str, Any]) -> int:
        family, code = str(error.get("type")), str(error.get("code"))
        return max(self.limits.get(family, 1) if family == "rate_limit_error" else 1, self.limits.get(code, 1))

    def error(self, data: bytes) -> dict[str, Any]:
        try:
            error = json.loads(data.decode("utf-8", "replace")).get("error")
        except (ValueError, AttributeError):
            error = None
        return error if isinstance(error, dict) else {}

    def backoff(self, sent: int) -> float:
        return min(2.0 ** (sent - 1), 30.0) * (1 + random.random() / 4)

    def asked(self, value: str) -> float:
        try:
            return max(0.0, float(int(value)))
        except ValueError:
            pass
        try:
            return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
        except (TypeError, ValueError):
            return 0.0


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    daemon = Daemon(base_url, api_key)
    return lambda: daemon.request("ping")
