"""An internal tool's chat client on httpx: families first, exceptions to them by code, equal jitter."""

from __future__ import annotations

import json
import random
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

TLS = ssl.create_default_context()  # loading the certificates costs more than a request

RETRIED_FAMILIES = ("rate_limit_error", "upstream_error", "internal_error")
NEVER_AGAIN = ("image_generation_timeout", "video_billing_error")
UNREADABLE_BUT_TRANSIENT = (500, 502, 503, 504)


@dataclass
class ApiProblem(Exception):
    status: int
    headers: Mapping[str, str] = field(repr=False, default_factory=dict)
    type: str = ""
    code: str = ""
    message: str = ""
    param: str | None = None

    @property
    def request_id(self) -> str | None:
        return self.headers.get("x-request-id")

    def __str__(self) -> str:
        where = f" [{self.param}]" if self.param else ""
        return f"{self.status} {self.code or 'no code'}{where}: {self.message} - request id {self.request_id}"


def read_problem(response: httpx.Response) -> ApiProblem:
    try:
        inner = json.loads(response.text)["error"]
        return ApiProblem(
            status=response.status_code,
            headers=response.headers,
            type=str(inner.get("type", "")),
            code=str(inner.get("code", "")),
            message=str(inner.get("message", "")),
            param=inner.get("param"),
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return ApiProblem(status=response.status_code, headers=response.headers, message="unreadable body")


def server_wish(headers: Mapping[str, str]) -> float | None:
    """The seconds Retry-After asks for; None where it says nothing usable."""
    raw = headers.get("retry-after", "")
    if raw.isascii() and raw.isdigit():
        return float(raw)
    try:
        at = parsedate_to_datetime(raw)
        return max((at - datetime.now(timezone.utc)).total_seconds(), 0.0)  # noqa: UP017
    except (TypeError, ValueError):
        return None


class Assistant:
    max_requests = 4

    def __init__(self, base_url: str, api_key: str) -> None:
        self.base_url = base_url
        self.headers = {"Authorization": f"Bearer {api_key}"}

    def complete(self, prompt: str) -> str:
        body = {"model": "openai/gpt-4o-mini", "messages": [{"role": "user", "content": prompt}]}
        with httpx.Client(base_url=self.base_url, headers=self.headers, timeout=60, verify=TLS) as http:
            for number in range(1, self.max_requests + 1):
                response = self.send(http, body, number)
                if response.is_success:
                    break
                problem = read_problem(response)
                if number == self.max_requests or not self.should_retry(problem):
                    raise problem
                time.sleep(self.pause(number, problem))
        return self.read(response)

    def send(self, http: httpx.Client, body: dict[str, Any], number: int) -> httpx.Response:
        return http.post("/chat/completions", json=body)

    def read(self, response: httpx.Response) -> str:
        content: str = response.json()["choices"][0]["message"]["content"]
        return content

    def should_retry(self, problem: ApiProblem) -> bool:
        if not problem.code:
            return problem.status in UNREADABLE_BUT_TRANSIENT
        return problem.type in RETRIED_FAMILIES and problem.code not in NEVER_AGAIN

    def pause(self, number: int, problem: ApiProblem) -> float:
        step: float = min(30.0, 2.0 ** (number - 1))
        own = step / 2 + random.random() * step / 2
        wish = server_wish(problem.headers)
        return own if wish is None else max(own, wish + random.random())


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    assistant = Assistant(base_url, api_key)
    return lambda: assistant.complete("ping")
