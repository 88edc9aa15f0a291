"""The OpenAI SDK with its own retries off, inside a loop that knows the gateway's codes; the SDK's error is raised."""

from __future__ import annotations

import logging
import random
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import openai

TLS = ssl.create_default_context()

log = logging.getLogger(__name__)


class Completer:
    attempts = 4
    sdk_retries = 0  # the SDK goes by status alone, and cannot tell a rate limit from a spending cap
    transient = frozenset({"rate_limited", "rpm_rate_limited", "tpm_rate_limited", "upstream_failed", "internal_error"})

    def __init__(self, base_url: str, api_key: str) -> None:
        self.base_url, self.api_key = base_url, api_key

    def sdk(self) -> openai.OpenAI:
        http = openai.DefaultHttpxClient(verify=TLS, timeout=60)
        return openai.OpenAI(
            base_url=self.base_url, api_key=self.api_key, max_retries=self.sdk_retries, http_client=http
        )

    def complete(self, prompt: str) -> str:
        with self.sdk() as sdk:
            attempt = 0
            while True:
                attempt += 1
                try:
                    return self.create(sdk, prompt)
                except openai.APIStatusError as error:
                    if not self.again(error) or attempt == self.attempts:
                        raise
                    pause = self.pause(attempt, error)
                    log.warning("%s (%s), trying again in %.1f s", error.code, error.request_id, pause)
                    time.sleep(pause)

    def create(self, sdk: openai.OpenAI, prompt: str) -> str:
        completion = sdk.chat.completions.create(model="openai/gpt-4o", messages=[{"role": "user", "content": prompt}])
        return completion.choices[0].message.content or ""

    def again(self, error: openai.APIStatusError) -> bool:
        return error.code in self.transient or error.type == "rate_limit_error"

    def pause(self, attempt: int, error: openai.APIStatusError) -> float:
        backoff = min(30.0, 2.0 ** (attempt - 1)) * random.uniform(0.5, 1.0)
        return max(backoff, self.retry_after(error))

    def retry_after(self, error: openai.APIStatusError) -> float:
        header = error.response.headers.get("retry-after")
        if header is None:
            return 0.0
        try:
            return max(0.0, float(int(header)))
        except ValueError:
            pass
        try:
            return max(0.0, (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds())
        except (TypeError, ValueError):
            return 0.0


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    completer = Completer(base_url, api_key)
    return lambda: completer.complete("ping")
