"""A client that asks for a shorter answer where the cost of one request is over its limit, and for no other reason."""

from __future__ import annotations

import random
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

TLS = ssl.create_default_context()
LENGTHS = (4000, 1000, 250)
TRANSIENT = ("rate_limited", "rpm_rate_limited", "tpm_rate_limited", "upstream_failed", "internal_error")


class Refused(Exception):
    def __init__(self, response: httpx.Response) -> None:
        try:
            error = response.json().get("error")
        except (ValueError, AttributeError):
            error = None
        self.error: dict[str, Any] = error if isinstance(error, dict) else {}
        self.status = response.status_code
        self.request_id = response.headers.get("X-Request-Id")
        self.retry_after = response.headers.get("Retry-After", "")
        super().__init__(f"{self.status} {self.code}: {self.error.get('message')} <{self.request_id}>")

    @property
    def code(self) -> str | None:
        return self.error.get("code")

    @property
    def transient(self) -> bool:
        return self.code in TRANSIENT or self.error.get("type") == "rate_limit_error"

    def asked(self) -> float:
        if self.retry_after.isdecimal():
            return float(self.retry_after)
        try:
            return (parsedate_to_datetime(self.retry_after) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):
            return 0.0


def send(http: httpx.Client, prompt: str, length: int) -> str:
    body = {"model": "openai/o3", "messages": [{"role": "user", "content": prompt}], "max_tokens": length}
    step = 1.0
    for left in (4, 3, 2, 1, 0):
        response = http.post("/chat/completions", json=body)
        if response.status_code == 200:
            break
        refused = Refused(response)
        if not left or not refused.transient:
            raise refused
        time.sleep(max(random.uniform(step, step + 1), refused.asked()))
        step *= 2
    return str(response.json()["choices"][0]["message"]["content"])


def answer(base_url: str, api_key: str, prompt: str) -> str:
    with httpx.Client(
        base_url=base_url, headers={"Authorization": f"Bearer {api_key}"}, timeout=60, verify=TLS
    ) as http:
        for length in LENGTHS[:-1]:
            try:
                return send(http, prompt, length)
            except Refused as refused:
                if refused.code != "request_cost_limit":
                    raise
        return send(http, prompt, LENGTHS[-1])


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    return lambda: answer(base_url, api_key, "ping")
