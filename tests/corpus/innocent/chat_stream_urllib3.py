"""Streaming on urllib3, into a Transcript that knows whether it is complete and can be emptied."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import urllib3


class TranscriptError(Exception):
    def __init__(self, error: dict[str, Any], request_id: str | None, *, transient: bool, not_before: float) -> None:
        super().__init__(f"{error.get('code', 'stream cut short')} (request {request_id}): {error.get('message', '')}")
        self.error = error
        self.request_id = request_id
        self.transient = transient
        self.not_before = not_before


class Transcript:
    def __init__(self) -> None:
        self.text = ""
        self.complete = False

    def feed(self, event: str) -> dict[str, Any] | None:
        """Takes one event in; gives the error object if it is one."""
        if event == "[DONE]":
            self.complete = True
            return None
        chunk: dict[str, Any] = json.loads(event)
        if "error" in chunk:
            return dict(chunk["error"])
        for choice in chunk["choices"]:
            self.text += choice["delta"].get("content") or ""
        return None


def lines(response: urllib3.BaseHTTPResponse) -> Iterator[str]:
    rest = b""
    for block in response.stream(1024):
        *whole, rest = (rest + block).split(b"\n")
        yield from (line.decode().strip() for line in whole)
    yield rest.decode().strip()


def is_transient(error: dict[str, Any]) -> bool:
    return error.get("type") == "rate_limit_error" or error.get("code") in ("upstream_failed", "internal_error")


def not_before(value: str | None) -> float:
    try:
        return float(int(value or "0"))
    except ValueError:
        pass
    try:
        return (parsedate_to_datetime(value or "") - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError):
        return 0.0


def failure(error: Any, response: urllib3.BaseHTTPResponse) -> TranscriptError:
    error = error if isinstance(error, dict) else {}
    asked = not_before(response.headers.get("Retry-After"))
    request_id = response.headers.get("X-Request-Id")
    return TranscriptError(error, request_id, transient=is_transient(error), not_before=asked)


def transcribe(pool: urllib3.PoolManager, url: str, headers: dict[str, str], body: dict[str, Any]) -> str:
    response = pool.request("POST", url, json=body, headers=headers, preload_content=False, retries=False, timeout=60)
    transcript = Transcript()
    try:
        if response.status != 200:
            try:
                document = json.loads(response.read())
            except ValueError:
                document = None
            raise failure(document.get("error") if isinstance(document, dict) else None, response)
        for line in lines(response):
            if line.startswith("data:") and (error := transcript.feed(line.removeprefix("data:").strip())):
                raise failure(error, response)
    except urllib3.exceptions.ProtocolError as cut:
        raise TranscriptError({}, response.headers.get("X-Request-Id"), transient=True, not_before=0) from cut
    finally:
        response.close()
    if not transcript.complete:
        raise TranscriptError({}, response.headers.get("X-Request-Id"), transient=True, not_before=0)
    return transcript.text


def chat_stream(base_url: str, api_key: str) -> Callable[[], object]:
    pool = urllib3.PoolManager()
    headers = {"Authorization": f"Bearer {api_key}"}
    body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "ping"}], "stream": True}

    def call() -> object:
        for attempt in range(4):
            try:
                return transcribe(pool, f"{base_url}/chat/completions", headers, body)
            except TranscriptError as error:
                if attempt == 3 or not error.transient:
                    raise
                time.sleep(max(2**attempt + random.uniform(0, 2**attempt), error.not_before))
        return None

    return call
