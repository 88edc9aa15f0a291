"""A web socket relay: a break in mid-stream is told to the reader; only what the gateway reports is retried."""

from __future__ import annotations

import json
import random
import ssl
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

TLS = ssl.create_default_context()
BEFORE_THE_STREAM = {"rate_limited", "rpm_rate_limited", "tpm_rate_limited", "upstream_failed", "internal_error"}


class Interrupted(Exception):
    """The stream broke, ended too soon, or carried an error."""

    def __init__(self, why: str, shown: str, request_id: str | None) -> None:
        super().__init__(f"{why}; {len(shown)} characters were shown (request id {request_id})")
        self.shown = shown
        self.request_id = request_id


class NotBegun(Exception):
    def __init__(self, error: dict[str, Any], status: int, headers: httpx.Headers) -> None:
        self.error = error
        self.code = error.get("code")
        self.param = error.get("param")
        self.status = status
        self.headers = headers
        super().__init__(f"{self.code}: {error.get('message')} (request id {headers.get('x-request-id')})")


class InStreamError(NotBegun):
    """An error event: handled as if it had come before the stream, and the reader's pane is wiped."""


def parse(text: str) -> dict[str, Any]:
    try:
        error = json.loads(text).get("error")
    except (ValueError, AttributeError):
        return {}
    return error if isinstance(error, dict) else {}


def seconds(headers: httpx.Headers) -> float:
    value = headers.get("retry-after", "")
    if value.isdecimal():
        return float(value)
    try:
        return (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError):
        return 0.0


class Relay:
    def __init__(self, base_url: str, api_key: str) -> None:
        self.url = f"{base_url}/chat/completions"
        self.headers = {"Authorization": f"Bearer {api_key}", "Accept": "text/event-stream"}

    def show(self, prompt: str) -> str:
        with httpx.Client(timeout=60, verify=TLS) as http:
            for attempt in range(1, 6):
                try:
                    return "".join(self.stream(http, prompt))
                except NotBegun as error:
                    passing = error.code in BEFORE_THE_STREAM or error.error.get("type") == "rate_limit_error"
                    if attempt == 5 or not passing:
                        raise
                    time.sleep(max(random.uniform(0, 2.0 ** (attempt - 1)), seconds(error.headers)))
        raise AssertionError("the fifth attempt returns or raises")

    def stream(self, http: httpx.Client, prompt: str) -> Iterator[str]:
        body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": prompt}], "stream": True}
        with http.stream("POST", self.url, json=body, headers=self.headers) as response:
            if not response.is_success:
                response.read()
                raise NotBegun(parse(response.text), response.status_code, response.headers)
            shown = ""
            request_id = response.headers.get("x-request-id")
            try:
                for line in response.iter_lines():
                    if line == "data: [DONE]":
                        return
                    if line.startswith("data: "):
                        text = self.text(json.loads(line[6:]), response)
                        shown += text
                        yield text
            except httpx.TransportError as broken:
                raise Interrupted(f"the connection broke ({broken})", shown, request_id) from broken
            raise Interrupted("the stream ended without its last event", shown, request_id)

    def text(self, chunk: dict[str, Any], response: httpx.Response) -> str:
        if "error" in chunk:
            raise InStreamError(chunk["error"], response.status_code, response.headers)
        return "".join(choice["delta"].get("content") or "" for choice in chunk["choices"])


def chat_stream(base_url: str, api_key: str) -> Callable[[], object]:
    relay = Relay(base_url, api_key)
    return lambda: relay.show("ping")
