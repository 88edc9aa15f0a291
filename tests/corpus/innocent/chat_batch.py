"""A nightly batch: one question after the other, and for each either the answer or what went wrong with it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests

QUESTIONS = ("Who wrote this?", "When was it written?", "What is it about?")


@dataclass(frozen=True, slots=True)
class Answer:
    text: str


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong; ``reason`` is the exception's name where no reply came."""

    reason: str
    param: str | None = None
    request_id: str | None = None


def hint(header: str | None) -> float:
    if header is None:
        return 0.0
    if header.isdecimal():
        return float(header)
    try:
        return (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError):
        return 0.0


def error_of(reply: requests.Response) -> dict[str, Any]:
    try:
        error = reply.json()["error"]
    except (ValueError, KeyError, TypeError):
        return {}
    return error if isinstance(error, dict) else {}


def ask(session: requests.Session, url: str, question: str) -> Answer | Failure:
    body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": question}]}
    for tried in range(1, 5):
        try:
            reply = session.post(url, json=body, timeout=30)
            if reply.ok:
                return Answer(reply.json()["choices"][0]["message"]["content"])
        except requests.RequestException as problem:
            return Failure(type(problem).__name__)
        error = error_of(reply)
        transient = error.get("type") == "rate_limit_error" or error.get("code") in (
            "upstream_failed",
            "internal_error",
        )
        if not transient or tried == 4:
            break
        time.sleep(max(random.uniform(1, 2) * 2.0 ** (tried - 1), hint(reply.headers.get("Retry-After"))))
    reason = error.get("code") or f"status {reply.status_code}"
    return Failure(reason, error.get("param"), reply.headers.get("X-Request-Id"))


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    def call() -> object:
        with requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {api_key}"
            return [ask(session, f"{base_url}/chat/completions", question) for question in QUESTIONS]

    return call
