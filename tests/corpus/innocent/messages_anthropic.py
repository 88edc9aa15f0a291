"""The Anthropic SDK with its own retries off. Its errors carry no code of ours, so one is read off the body."""

from __future__ import annotations

import random
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import anthropic

TLS = ssl.create_default_context()
BACK_OFF = ("rate_limited", "rpm_rate_limited", "tpm_rate_limited", "upstream_failed", "internal_error")


class MessageError(Exception):
    def __init__(self, cause: anthropic.APIStatusError) -> None:
        body: Any = cause.body
        inner = body.get("error") if isinstance(body, dict) else None
        error: dict[str, Any] = inner if isinstance(inner, dict) else {}
        self.family = error.get("type")
        self.code = error.get("code")
        self.param = error.get("param")
        self.status = cause.status_code
        self.request_id = cause.response.headers.get("x-request-id")
        self.retry_after = cause.response.headers.get("retry-after", "")
        super().__init__(f"{self.code or self.status}: {error.get('message')} (X-Request-Id {self.request_id})")


class Writer:
    attempts = 5
    sdk_retries = 0

    def __init__(self, base_url: str, api_key: str) -> None:
        self.root_url = base_url.removesuffix("/v1")
        self.api_key = api_key

    def sdk(self) -> anthropic.Anthropic:
        http = anthropic.DefaultHttpxClient(verify=TLS)
        return anthropic.Anthropic(
            base_url=self.root_url, auth_token=self.api_key, max_retries=self.sdk_retries, http_client=http
        )

    def write(self, prompt: str) -> str:
        with self.sdk() as sdk:
            attempt = 1
            while True:
                try:
                    return self.create(sdk, prompt)
                except anthropic.APIStatusError as cause:
                    error = self.wrap(cause)
                    if attempt >= self.attempts or not self.passing(error):
                        raise error from cause
                time.sleep(self.delay(attempt, error))
                attempt += 1

    def create(self, sdk: anthropic.Anthropic, prompt: str) -> str:
        message = sdk.messages.create(
            model="anthropic/claude-sonnet-4-20250514",
            max_tokens=256,
            messages=[{"role": "user", "content": prompt}],
        )
        return "".join(block.text for block in message.content if block.type == "text")

    def wrap(self, cause: anthropic.APIStatusError) -> Exception:
        return MessageError(cause)

    def passing(self, error: Any) -> bool:
        return error.code in BACK_OFF or error.family == "rate_limit_error"

    def delay(self, attempt: int, error: Any) -> float:
        backoff = min(30.0, 2.0 ** (attempt - 1)) + random.uniform(0, 1)
        return max(backoff, self.retry_after(error.retry_after))

    def retry_after(self, value: str) -> float:
        if value.isdecimal():
            return float(value)
        try:
            return (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):
            return 0.0


def messages(base_url: str, api_key: str) -> Callable[[], object]:
    writer = Writer(base_url, api_key)
    return lambda: writer.write("ping")
