"""A report generator's chat client: a requests session, a set of transient codes, full jitter."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests

TRANSIENT = {"rate_limited", "rpm_rate_limited", "tpm_rate_limited", "upstream_failed", "internal_error"}


class GatewayError(Exception):
    """A refusal, with everything the gateway's support asks for."""

    def __init__(self, status: int, error: dict[str, Any], headers: Any) -> None:
        self.status = status
        self.type = error.get("type")
        self.code = error.get("code")
        self.param = error.get("param")
        self.request_id = headers.get("X-Request-Id")
        self.retry_after = headers.get("Retry-After")
        message = error.get("message") or "no readable error"
        super().__init__(f"HTTP {status} {self.code}: {message} (request {self.request_id}, param {self.param})")


class ChatClient:
    attempts = 5
    first_wait = 1.0
    longest_wait = 30.0

    def __init__(self, base_url: str, api_key: str, model: str = "openai/gpt-4o") -> None:
        self.url = f"{base_url}/chat/completions"
        self.model = model
        self.api_key = api_key
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {api_key}"

    def ask(self, prompt: str) -> str:
        payload = self.payload(prompt)
        attempt = 0
        while True:
            attempt += 1
            try:
                return self.text(self.post(payload))
            except GatewayError as error:
                if attempt >= self.attempts or not self.is_transient(error):
                    raise
                self.sleep(self.delay(attempt, error))

    def payload(self, prompt: str) -> dict[str, Any]:
        return {"model": self.model, "messages": [{"role": "user", "content": prompt}], "max_tokens": 200}

    def text(self, answer: dict[str, Any]) -> str:
        return str(answer["choices"][0]["message"]["content"])

    def post(self, payload: dict[str, Any]) -> dict[str, Any]:
        reply = self.session.post(self.url, json=payload, timeout=60)
        if not reply.ok:
            raise self.refusal(reply)
        answer: dict[str, Any] = reply.json()
        return answer

    def refusal(self, reply: requests.Response) -> GatewayError:
        try:
            body = reply.json()
        except ValueError:  # a proxy's HTML, or nothing at all
            body = None
        error = body.get("error") if isinstance(body, dict) else None
        return GatewayError(reply.status_code, error if isinstance(error, dict) else {}, reply.headers)

    def is_transient(self, error: GatewayError) -> bool:
        # Codes may be added to a family; a new rate limit is still a rate limit.
        return error.code in TRANSIENT or error.type == "rate_limit_error"

    def delay(self, attempt: int, error: GatewayError) -> float:
        backoff = random.uniform(0, min(self.first_wait * 2 ** (attempt - 1), self.longest_wait))
        return max(backoff, self.retry_after(error))

    def retry_after(self, error: GatewayError) -> float:
        value = (error.retry_after or "").strip()
        if re.fullmatch(r"[0-9]+(\.[0-9]+)?", value):
            return float(value)
        try:
            when = parsedate_to_datetime(value)
        except (TypeError, ValueError):
            return 0.0
        if when.tzinfo is None:
            when = when.replace(tzinfo=UTC)
        return max(0.0, (when - datetime.now(UTC)).total_seconds())

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    client = ChatClient(base_url, api_key)
    return lambda: client.ask("ping")
