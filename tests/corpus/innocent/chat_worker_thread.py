"""A desktop program's client: requests run in a worker thread, and the window waits for a future."""

from __future__ import annotations

import concurrent.futures
import random
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from json import JSONDecodeError, dumps, loads
from typing import Any

WINDOW_WAITS = 4 * 3600.0


@dataclass(frozen=True)
class Answer:
    """One reply of the gateway, whatever its status."""

    status: int
    body: bytes
    request_id: str | None
    retry_after: str | None

    @property
    def error(self) -> dict[str, Any]:
        try:
            document = loads(self.body)
        except (JSONDecodeError, UnicodeDecodeError):
            return {}
        error = document.get("error") if isinstance(document, dict) else None
        return error if isinstance(error, dict) else {}

    @property
    def passing(self) -> bool:
        error = self.error
        return error.get("type") == "rate_limit_error" or error.get("code") in ("upstream_failed", "internal_error")

    def asked(self) -> float:
        if self.retry_after is None:
            return 0.0
        if self.retry_after.isdecimal():
            return float(self.retry_after)
        try:
            return (parsedate_to_datetime(self.retry_after) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):
            return 0.0


class DialogError(Exception):
    """What the dialog box shows, with a line for the user and one for support."""

    def __init__(self, answer: Answer) -> None:
        self.code = answer.error.get("code")
        self.param = answer.error.get("param")
        self.request_id = answer.request_id
        super().__init__(answer.error.get("message", "The service gave no reason."), f"{self.code}, {self.request_id}")


def fetch(url: str, api_key: str, body: dict[str, Any]) -> Answer:
    headers = {"Authorization": f"Bearer {api_key}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as reply:
            return Answer(reply.status, reply.read(), reply.headers["X-Request-Id"], None)
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.read(), error.headers["X-Request-Id"], error.headers["Retry-After"])


def work(url: str, api_key: str, body: dict[str, Any]) -> str:
    for attempt in range(4):
        answer = fetch(url, api_key, body)
        if answer.status == 200:
            return str(loads(answer.body)["choices"][0]["message"]["content"])
        if not answer.passing:
            break
        if attempt < 3:
            time.sleep(max(2**attempt * random.uniform(0.75, 1.25), answer.asked()))
    raise DialogError(answer)


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "ping"}]}

    def call() -> object:
        with concurrent.futures.ThreadPoolExecutor(max_workers=1) as pool:
            return pool.submit(work, f"{base_url}/chat/completions", api_key, body).result(timeout=WINDOW_WAITS)

    return call
