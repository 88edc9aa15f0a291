"""A batch worker with a ring of keys: a key whose cap is reached is laid aside for the rest of the call."""

from __future__ import annotations

import random
import ssl
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

TLS = ssl.create_default_context()
KEY_SPENT = ("key_daily_limit", "key_monthly_limit")
PASSING = ("rate_limited", "rpm_rate_limited", "tpm_rate_limited", "upstream_failed", "internal_error")


class WorkerError(Exception):
    def __init__(self, response: httpx2.Response, error: dict[str, Any]) -> None:
        self.code = str(error.get("code", ""))
        self.family = str(error.get("type", ""))
        self.param = error.get("param")
        self.resets_at = error.get("resets_at")
        self.request_id = response.headers.get("X-Request-Id")
        self.retry_after = response.headers.get("Retry-After", "")
        super().__init__(f"{self.code or response.status_code}: {error.get('message', '?')} ({self.request_id})")

    @property
    def passing(self) -> bool:
        return self.code in PASSING or self.family == "rate_limit_error"

    @property
    def server_wait(self) -> float:
        if self.retry_after.isdecimal():
            return float(self.retry_after)
        try:
            return (parsedate_to_datetime(self.retry_after) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):
            return 0.0


class Worker:
    def __init__(self, base_url: str, keys: Sequence[str]) -> None:
        self.url = f"{base_url}/chat/completions"
        self.keys = tuple(keys)

    def run(self, prompt: str) -> str:
        ring = list(self.keys)
        with httpx2.Client(timeout=60, verify=TLS) as http:
            while True:
                try:
                    return self.with_key(http, ring[0], prompt)
                except WorkerError as error:
                    if error.code not in KEY_SPENT or len(ring) == 1:
                        raise
                    ring.pop(0)

    def with_key(self, http: httpx2.Client, key: str, prompt: str) -> str:
        ceiling = 1.0
        for last in (False, False, False, False, True):
            try:
                return self.once(http, key, prompt)
            except WorkerError as error:
                if last or not error.passing:
                    raise
                time.sleep(max(random.uniform(ceiling / 2, ceiling), error.server_wait))
                ceiling = min(ceiling * 2, 30.0)
        raise AssertionError("the last round returns or raises")

    def once(self, http: httpx2.Client, key: str, prompt: str) -> str:
        body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": prompt}]}
        response = http.post(self.url, json=body, headers={"Authorization": f"Bearer {key}"})
        if response.status_code != 200:
            try:
                error = response.json()["error"]
                raise WorkerError(response, error if isinstance(error, dict) else {})
            except (ValueError, KeyError, TypeError):
                raise WorkerError(response, {}) from None
        return str(response.json()["choices"][0]["message"]["content"])


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    worker = Worker(base_url, [api_key, f"{api_key}-2", f"{api_key}-3"])
    return lambda: worker.run("ping")
