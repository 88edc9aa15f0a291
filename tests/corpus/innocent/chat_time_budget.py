"""A client that counts time, not tries alone: no wait is begun that would end after its budget of two minutes."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests


class ChatFailed(Exception):
    def __init__(self, response: requests.Response, error: dict[str, Any]) -> None:
        self.error = error
        self.status = response.status_code
        self.request_id = response.headers.get("x-request-id")
        super().__init__(f"{error.get('code', response.reason)} after {self.status}, request id {self.request_id}")


class BudgetSpent(ChatFailed, TimeoutError):
    """The last error, where time rather than hope ran out."""


def error_of(response: requests.Response) -> dict[str, Any]:
    try:
        error = response.json().get("error")
    except (ValueError, AttributeError):
        return {}
    return error if isinstance(error, dict) else {}


def is_temporary(error: dict[str, Any]) -> bool:
    if error.get("code") in ("image_generation_timeout", "video_billing_error"):
        return False
    return error.get("type") in ("rate_limit_error", "upstream_error", "internal_error")


def next_wait(response: requests.Response, step: float) -> float:
    wait = step + random.uniform(0, step)
    header = response.headers.get("retry-after", "")
    if header.isdecimal():
        return max(wait, float(header))
    try:
        return max(wait, (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return wait


class Chat:
    budget = 120.0
    most_requests = 5

    def __init__(self, base_url: str, api_key: str) -> None:
        self.base_url = base_url
        self.api_key = api_key

    def ask(self, text: str) -> str:
        give_up_at = time.monotonic() + self.budget
        step = 1.0
        with requests.Session() as session:
            session.headers.update({"Authorization": f"Bearer {self.api_key}"})
            for made in range(1, self.most_requests + 1):
                response = session.post(
                    f"{self.base_url}/chat/completions",
                    json={"model": "openai/gpt-4o", "messages": [{"role": "user", "content": text}]},
                    timeout=30,
                )
                if response.status_code == 200:
                    break
                error = error_of(response)
                if not is_temporary(error) or made == self.most_requests:
                    raise ChatFailed(response, error)
                wait = min(next_wait(response, step), 10_000.0)
                if time.monotonic() + wait > give_up_at:
                    raise BudgetSpent(response, error)
                time.sleep(wait)
                step = min(step * 2, 15.0)
        return str(response.json()["choices"][0]["message"]["content"])


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    session = Chat(base_url, api_key)
    return lambda: session.ask("ping")
