"""A nightly job that may take its time: a spent cap is waited out until resets_at, be it a month away."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests

RESETTING = ("key_daily_limit", "key_monthly_limit", "account_daily_limit")
PASSING = ("rate_limited", "rpm_rate_limited", "tpm_rate_limited", "upstream_failed", "internal_error")


class JobFailed(Exception):
    def __init__(self, response: requests.Response) -> None:
        self.status = response.status_code
        self.request_id = response.headers.get("X-Request-Id")
        self.retry_after = response.headers.get("Retry-After")
        self.body = self.read(response)
        inner = self.body.get("error")
        self.error: dict[str, Any] = inner if isinstance(inner, dict) else {}
        self.code = self.error.get("code")
        self.param = self.error.get("param")
        super().__init__(f"{self.code}: {self.error.get('message')} (request {self.request_id})")

    @staticmethod
    def read(response: requests.Response) -> dict[str, Any]:
        try:
            body = response.json()
        except ValueError:
            return {}
        return body if isinstance(body, dict) else {}

    @property
    def resets_at(self) -> datetime | None:
        stamp = self.error.get("resets_at") or self.body.get("resets_at")
        try:
            return datetime.fromisoformat(str(stamp)).astimezone(UTC)
        except ValueError:
            return None


class Job:
    resets_waited_for = 2
    attempts = 5

    def __init__(self, base_url: str, api_key: str) -> None:
        self.url = f"{base_url}/chat/completions"
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {api_key}"

    def run(self, prompt: str) -> str:
        troubles = resets = 0
        while True:
            try:
                return self.ask(prompt)
            except JobFailed as failure:
                if self.waits_for_reset(failure) and resets < self.resets_waited_for:
                    resets += 1
                    time.sleep(self.until_reset(failure))
                elif self.passing(failure) and troubles < self.attempts - 1:
                    troubles += 1
                    time.sleep(self.backoff(troubles, failure))
                else:
                    raise

    def ask(self, prompt: str) -> str:
        payload = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": prompt}]}
        response = self.session.post(self.url, json=payload, timeout=120)
        if response.status_code >= 400:
            raise JobFailed(response)
        return str(response.json()["choices"][0]["message"]["content"])

    def waits_for_reset(self, failure: JobFailed) -> bool:
        return failure.code in RESETTING and failure.resets_at is not None

    def until_reset(self, failure: JobFailed) -> float:
        assert failure.resets_at is not None
        left = (failure.resets_at - datetime.now(UTC)).total_seconds()
        return max(left, 0.0) + random.uniform(1, 60)  # not all jobs at midnight sharp

    def passing(self, failure: JobFailed) -> bool:
        return failure.code in PASSING or failure.error.get("type") == "rate_limit_error"

    def backoff(self, troubles: int, failure: JobFailed) -> float:
        value, asked = str(failure.retry_after), 0.0
        if value.isdecimal():
            asked = float(value)
        elif failure.retry_after:
            try:
                asked = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
            except (TypeError, ValueError):
                asked = 0.0
        return max(asked, random.uniform(0.8, 1.2) * min(2.0 ** (troubles - 1), 30.0))


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    job = Job(base_url, api_key)
    return lambda: job.run("ping")
