"""A busy shop's client with a circuit breaker: after three failed calls within five minutes it rests for one."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests


class CircuitOpen(Exception):
    """Not sent: too many calls have just failed."""


class Declined(Exception):
    def __init__(self, response: requests.Response, error: dict[str, Any]) -> None:
        self.error = error
        self.request_id = response.headers.get("X-Request-Id")
        self.retry_after = response.headers.get("Retry-After", "")
        super().__init__(f"{error.get('code', response.status_code)}: {error.get('message')} ({self.request_id})")

    @property
    def transient(self) -> bool:
        known = self.error.get("code") in ("upstream_failed", "internal_error")
        return known or self.error.get("type") == "rate_limit_error"

    def asked(self) -> float:
        if self.retry_after.isdecimal():
            return float(self.retry_after)
        try:
            return (parsedate_to_datetime(self.retry_after) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):
            return 0.0


class Breaker:
    calls, window, rest = 3, 300.0, 60.0

    def __init__(self) -> None:
        self.failures: deque[float] = deque(maxlen=self.calls)

    def check(self) -> None:
        now = time.monotonic()
        full = len(self.failures) == self.calls and self.failures[-1] - self.failures[0] < self.window
        if full and now - self.failures[-1] < self.rest:
            raise CircuitOpen(f"{self.calls} calls failed within {self.window:.0f} s")

    def failed(self) -> None:
        self.failures.append(time.monotonic())


class Shop:
    def __init__(self, base_url: str, api_key: str) -> None:
        self.breaker = Breaker()
        self.url = f"{base_url}/chat/completions"
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {api_key}"

    def describe(self, article: str) -> str:
        self.breaker.check()
        for attempt in range(4):
            try:
                return self.post(article)
            except Declined as declined:
                if attempt == 3 or not declined.transient:
                    if declined.transient:
                        self.breaker.failed()
                    raise
                time.sleep(max(2**attempt * random.uniform(0.5, 1.0), declined.asked()))
        raise AssertionError("the fourth attempt returns or raises")

    def post(self, article: str) -> str:
        body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": article}]}
        response = self.session.post(self.url, json=body, timeout=30)
        if response.status_code == 200:
            return str(response.json()["choices"][0]["message"]["content"])
        try:
            error = response.json()["error"]
        except (ValueError, KeyError, TypeError):
            error = None
        raise Declined(response, error if isinstance(error, dict) else {})


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    shop = Shop(base_url, api_key)
    return lambda: shop.describe("ping")
