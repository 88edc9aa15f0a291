"""A script without dependencies: urllib.request, a schedule of waits made beforehand, proportional jitter."""

from __future__ import annotations

import http.client
import json
import random
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Any


class GatewayRefused(Exception):
    def __init__(self, status: int, headers: Message, body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.error = self.parse(body)
        self.code = self.error.get("code")
        self.param = self.error.get("param")
        self.request_id = headers.get("X-Request-Id")
        super().__init__(f"{status} {self.code} {self.error.get('message', '')} x-request-id={self.request_id}")

    @staticmethod
    def parse(body: bytes) -> dict[str, Any]:
        try:
            data = json.loads(body)
        except (json.JSONDecodeError, UnicodeDecodeError):
            return {}
        error = data.get("error") if isinstance(data, dict) else {}
        return error if isinstance(error, dict) else {}

    @property
    def passing(self) -> bool:
        return self.error.get("type") == "rate_limit_error" or self.code in {"upstream_failed", "internal_error"}

    def asked_wait(self) -> float:
        text = self.headers.get("Retry-After", "")
        if text.isdigit():
            return int(text)
        try:
            return (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):
            return 0.0


class Script:
    retries = 4

    def __init__(self, base_url: str, api_key: str) -> None:
        self.url = base_url + "/chat/completions"
        self.headers = {"Authorization": "Bearer " + api_key, "Content-Type": "application/json"}

    def schedule(self) -> Iterator[float]:
        for n in range(self.retries):
            yield min(2.0**n, 30.0) * random.uniform(0.75, 1.25)

    def main(self, prompt: str) -> str:
        data = json.dumps({"model": "openai/gpt-4o", "messages": [{"role": "user", "content": prompt}]}).encode()
        waits = self.schedule()
        while True:
            try:
                return self.fetch(data)
            except GatewayRefused as refusal:
                wait = next(waits, None)
                if wait is None or not refusal.passing:
                    raise
                time.sleep(max(wait, refusal.asked_wait()))

    def fetch(self, data: bytes) -> str:
        request = urllib.request.Request(self.url, data=data, headers=self.headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                answer = json.load(reply)
        except urllib.error.HTTPError as error:
            with error:
                raise self.refused(error) from None
        except http.client.IncompleteRead as cut:
            raise ConnectionError("the reply broke off; whether it was billed is not known") from cut
        return str(answer["choices"][0]["message"]["content"])

    def refused(self, error: urllib.error.HTTPError) -> GatewayRefused:
        return GatewayRefused(error.code, error.headers, error.read())


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    script = Script(base_url, api_key)
    return lambda: script.main("ping")
