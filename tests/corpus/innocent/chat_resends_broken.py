"""A client that also sends again what met a broken connection or an unreadable 5xx; six requests, then the truth."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests


class Failure(Exception):
    """The sum of a call that failed: the last error of the gateway, or the last break of the connection."""

    def __init__(self, what: str, *, code: str | None = None, param: str | None = None, request_id: str | None = None):
        super().__init__(f"{what} [code={code} param={param} request_id={request_id}]")
        self.code = code
        self.param = param
        self.request_id = request_id


class Again(Exception):
    def __init__(self, failure: Failure, requests_allowed: int, asked: float = 0.0) -> None:
        self.failure, self.requests_allowed, self.asked = failure, requests_allowed, asked


def asked_for(header: str | None) -> float:
    if header is None:
        return 0.0
    if header.isdecimal():
        return float(header)
    try:
        return max(0.0, (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return 0.0


class Client:
    def __init__(self, base_url: str, api_key: str) -> None:
        self.url = f"{base_url}/chat/completions"
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {api_key}"

    def ask(self, prompt: str) -> str:
        sent = 0
        while True:
            try:
                sent += 1
                return self.once(prompt)
            except Again as again:
                if sent >= again.requests_allowed:
                    raise again.failure from again.__cause__
                pause = max(random.uniform(0.5, 1.0) * min(2.0 ** (sent - 1), 30.0), again.asked)
            time.sleep(pause)

    def once(self, prompt: str) -> str:
        body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": prompt}]}
        try:
            response = self.session.post(self.url, json=body, timeout=60)
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as broken:
            raise Again(Failure("the connection broke"), 4) from broken
        if response.ok:
            return str(response.json()["choices"][0]["message"]["content"])
        raise self.judged(response)

    def judged(self, response: requests.Response) -> Exception:
        error = self.error(response)
        code, request_id = error.get("code"), response.headers.get("X-Request-Id")
        failure = Failure(str(error.get("message")), code=code, param=error.get("param"), request_id=request_id)
        asked = asked_for(response.headers.get("Retry-After"))
        if error.get("type") == "rate_limit_error":
            return Again(failure, 6, asked)
        if code in ("upstream_failed", "internal_error") or (not code and response.status_code >= 500):
            return Again(failure, 4, asked)
        return failure

    def error(self, response: requests.Response) -> dict[str, Any]:
        try:
            found = response.json()["error"]
        except (ValueError, KeyError, TypeError):
            return {}
        return found if isinstance(found, dict) else {}


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    client = Client(base_url, api_key)
    return lambda: client.ask("ping")
