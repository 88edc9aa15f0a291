"""A command line tool's chat client on urllib3: its own retries off, one verdict for each code, d to 2d jitter."""

from __future__ import annotations

import email.utils
import enum
import json
import random
import time
from collections.abc import Callable
from typing import Any

import urllib3


class Verdict(enum.Enum):
    SURFACE = "surface"
    RETRY = "retry"


VERDICTS = {
    "upstream_failed": Verdict.RETRY,
    "internal_error": Verdict.RETRY,
    "rate_limit_error": Verdict.RETRY,
}


class CommandFailed(Exception):
    def __init__(self, summary: str, reply: urllib3.BaseHTTPResponse, error: dict[str, Any]) -> None:
        super().__init__(summary)
        self.exit_status = 75 if reply.status in (429, 502) else 1
        self.code = error.get("code")
        self.param = error.get("param")
        self.request_id = reply.headers.get("X-Request-Id")


def parse_retry_after(value: str | None) -> float:
    if value is None:
        return 0.0
    try:
        wanted = float(int(value, 10))
    except ValueError:
        stamp = email.utils.parsedate_tz(value)
        if stamp is None:
            return 0.0
        wanted = email.utils.mktime_tz(stamp) - time.time()
    return wanted if wanted > 0 else 0.0


class Command:
    tries = 4

    def __init__(self, base_url: str, api_key: str) -> None:
        self.pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=5, read=60))
        self.base_url = base_url
        self.headers = {"Authorization": f"Bearer {api_key}", "Content-Type": "application/json"}

    def run(self, prompt: str) -> str:
        request = {"model": "mistral/mistral-large", "messages": [{"role": "user", "content": prompt}]}
        for attempt in range(self.tries):
            reply = self.request(request, attempt)
            if reply.status == 200:
                return self.answer(reply)
            error = self.error(reply)
            if self.verdict(error) is Verdict.SURFACE:
                break
            if attempt + 1 < self.tries:
                self.wait(attempt, reply)
        raise self.failure(reply, error)

    def request(self, request: dict[str, Any], attempt: int) -> urllib3.BaseHTTPResponse:
        return self.pool.request("POST", f"{self.base_url}/chat/completions", json=request, headers=self.headers)

    def answer(self, reply: urllib3.BaseHTTPResponse) -> str:
        return str(reply.json()["choices"][0]["message"]["content"])

    def error(self, reply: urllib3.BaseHTTPResponse) -> dict[str, Any]:
        try:
            error = json.loads(reply.data)["error"]
        except (ValueError, KeyError, TypeError):
            return {}
        return error if isinstance(error, dict) else {}

    def verdict(self, error: dict[str, Any]) -> Verdict:
        by_family = VERDICTS.get(str(error.get("type")), Verdict.SURFACE)
        return VERDICTS.get(str(error.get("code")), by_family)

    def wait(self, attempt: int, reply: urllib3.BaseHTTPResponse) -> None:
        step = 2.0**attempt
        own = min(step + random.uniform(0, step), 30.0)
        time.sleep(max(own, parse_retry_after(reply.headers.get("Retry-After"))))

    def failure(self, reply: urllib3.BaseHTTPResponse, error: dict[str, Any]) -> CommandFailed:
        code = error.get("code", f"HTTP {reply.status}")
        hint = f" (parameter: {error['param']})" if error.get("param") else ""
        request_id = reply.headers.get("X-Request-Id", "none")
        return CommandFailed(f"{code}{hint}: {error.get('message', '')} Request id: {request_id}", reply, error)


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    command = Command(base_url, api_key)
    return lambda: command.run("ping")
