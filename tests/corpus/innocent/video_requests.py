"""Three steps as three functions: submit, wait, download. The one that waits cannot reach the one that submits."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests

log = logging.getLogger("trailer")

RATE_CODES = ("rate_limited", "rpm_rate_limited", "tpm_rate_limited")
SUBMIT_AGAIN = ("video_generation_failed", "video_task_id_missing", "upstream_failed", "internal_error", *RATE_CODES)
# A billing failure comes after the work: the task may be looked at again, never submitted again.
LOOK_AGAIN = ("upstream_failed", "internal_error", "video_billing_error", *RATE_CODES)


class TrailerError(Exception):
    def __init__(self, reply: requests.Response) -> None:
        self.status = reply.status_code
        self.request_id = reply.headers.get("X-Request-Id")
        self.retry_after = reply.headers.get("Retry-After")
        self.error = self._error(reply)
        super().__init__(
            f"{self.error.get('type')} / {self.code}: {self.error.get('message')}"
            f" [status {self.status}, param {self.param}, request id {self.request_id}]"
        )

    @staticmethod
    def _error(reply: requests.Response) -> dict[str, Any]:
        try:
            error = reply.json().get("error")
        except (ValueError, AttributeError):
            return {}
        return error if isinstance(error, dict) else {}

    @property
    def code(self) -> str | None:
        return self.error.get("code")

    @property
    def param(self) -> str | None:
        return self.error.get("param")

    def is_one_of(self, codes: Collection[str]) -> bool:
        return self.code in codes or self.error.get("type") == "rate_limit_error"

    def earliest(self) -> float:
        """Seconds before which the gateway does not want to hear from us."""
        if self.retry_after and self.retry_after.isdecimal():
            return float(self.retry_after)
        try:
            return (parsedate_to_datetime(self.retry_after or "") - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):
            return 0.0


def post(session: requests.Session, url: str, body: dict[str, Any]) -> dict[str, Any]:
    reply = session.post(url, json=body, timeout=60)
    if not reply.ok:
        raise TrailerError(reply)
    answer: dict[str, Any] = reply.json()
    return answer


def patiently(
    call: Callable[[], dict[str, Any]], again: Collection[str], *, tries: int, first: float, jitter: float
) -> dict[str, Any]:
    wait = first
    for left in range(tries - 1, -1, -1):
        try:
            return call()
        except TrailerError as error:
            if not left or not error.is_one_of(again):
                raise
            log.info("%s, %d tries left", error, left)
            time.sleep(max(wait + random.uniform(0, jitter), error.earliest()))
            wait = min(wait * 2, 30.0)
    raise AssertionError("not reached")


def submit(session: requests.Session, videos: str, prompt: str) -> dict[str, Any]:
    order = {"model": "google/veo-2", "prompt": prompt}
    created = patiently(lambda: post(session, f"{videos}/create", order), SUBMIT_AGAIN, tries=3, first=1.0, jitter=0.5)
    return {"task_id": created["task_id"]}


def await_completion(session: requests.Session, videos: str, ticket: dict[str, Any]) -> None:
    pause = 3.0
    for _ in range(30):
        time.sleep(pause)
        seen = patiently(
            lambda: post(session, f"{videos}/status", ticket), LOOK_AGAIN, tries=4, first=pause, jitter=1.0
        )
        if seen["status"] == "completed":
            return
        pause = min(pause + 2.0, 20.0)
    raise TimeoutError(f"the video of {ticket['task_id']} takes too long")


def download(session: requests.Session, videos: str, ticket: dict[str, Any]) -> str:
    done = patiently(lambda: post(session, f"{videos}/result", ticket), LOOK_AGAIN, tries=4, first=1.0, jitter=1.0)
    return str(done["url"])


def make_trailer(session: requests.Session, videos: str, prompt: str) -> str:
    ticket = submit(session, videos, prompt)
    await_completion(session, videos, ticket)
    return download(session, videos, ticket)


def video(base_url: str, api_key: str) -> Callable[[], object]:
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {api_key}"
    return lambda: make_trailer(session, f"{base_url}/videos/google", "waves at dusk")
