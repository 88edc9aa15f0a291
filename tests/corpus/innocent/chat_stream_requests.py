"""A terminal chat on requests: events read by hand; a stream that breaks is asked for anew, from the start."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests

TRANSIENT = ("rate_limited", "rpm_rate_limited", "tpm_rate_limited", "upstream_failed", "internal_error")


class StreamError(Exception):
    """The gateway's error, before the stream or within it."""

    def __init__(self, error: dict[str, Any], response: requests.Response) -> None:
        self.code = error.get("code")
        self.type = error.get("type")
        self.param = error.get("param")
        self.request_id = response.headers.get("X-Request-Id")
        self.retry_after = response.headers.get("Retry-After", "")
        super().__init__(f"{self.code or response.status_code}: {error.get('message')} (request {self.request_id})")


class StreamBroken(Exception):
    """The stream ended before its last event. ``received`` is what had come by then."""

    def __init__(self, received: str, request_id: str | None) -> None:
        self.received = received
        self.request_id = request_id
        super().__init__(f"the stream broke after {len(received)} characters (request {request_id})")


class Terminal:
    attempts = 4

    def __init__(self, base_url: str, api_key: str) -> None:
        self.url = f"{base_url}/chat/completions"
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {api_key}"

    def talk(self, prompt: str) -> str:
        attempt = 0
        while True:
            attempt += 1
            try:
                return "".join(self.whole(self.body(prompt)))
            except (StreamError, StreamBroken) as error:
                if attempt >= self.attempts or not self.again(error):
                    raise
                time.sleep(self.delay(attempt, error))

    def body(self, prompt: str) -> dict[str, Any]:
        return {
            "model": "openai/gpt-4o",
            "messages": [{"role": "user", "content": prompt}],
            "max_tokens": 500,
            "stream": True,
        }

    def whole(self, body: dict[str, Any]) -> list[str]:
        """All pieces of one stream, or an error: a part of an answer is never handed on."""
        pieces: list[str] = []
        with self.session.post(self.url, json=body, stream=True, timeout=60) as response:
            if not response.ok:
                raise StreamError(self.envelope(response.content), response)
            try:
                for event in self.events(response):
                    if event == "[DONE]":
                        return pieces
                    self.take(json.loads(event), pieces, response)
            except (requests.exceptions.ChunkedEncodingError, requests.ConnectionError) as broken:
                raise StreamBroken("".join(pieces), response.headers.get("X-Request-Id")) from broken
            raise StreamBroken("".join(pieces), response.headers.get("X-Request-Id"))

    def events(self, response: requests.Response) -> Iterator[str]:
        for line in response.iter_lines():
            if line.startswith(b"data:"):
                yield line.removeprefix(b"data:").strip().decode()

    def take(self, chunk: dict[str, Any], pieces: list[str], response: requests.Response) -> None:
        if "error" in chunk:
            raise StreamError(chunk["error"], response)
        pieces.extend(choice["delta"].get("content") or "" for choice in chunk["choices"])

    def envelope(self, content: bytes) -> dict[str, Any]:
        try:
            error = json.loads(content)["error"]
        except (ValueError, KeyError, TypeError):
            return {}
        return error if isinstance(error, dict) else {}

    def again(self, error: StreamError | StreamBroken) -> bool:
        if isinstance(error, StreamBroken):
            return True
        return error.code in TRANSIENT or error.type == "rate_limit_error"

    def delay(self, attempt: int, error: StreamError | StreamBroken) -> float:
        step = min(30.0, 2.0 ** (attempt - 1))
        own = random.uniform(step / 2, step)
        if isinstance(error, StreamBroken):
            return own
        if error.retry_after.isdecimal():
            return max(own, float(error.retry_after))
        try:
            return max(own, (parsedate_to_datetime(error.retry_after) - datetime.now(UTC)).total_seconds())
        except (TypeError, ValueError):
            return own


def chat_stream(base_url: str, api_key: str) -> Callable[[], object]:
    terminal = Terminal(base_url, api_key)
    return lambda: terminal.talk("ping")
