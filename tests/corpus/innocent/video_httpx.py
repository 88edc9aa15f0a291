"""A video client on httpx: create with backoff, poll at a growing pace, fetch. A task is paid for only once."""

from __future__ import annotations

import random
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

TLS = ssl.create_default_context()
CREATE = {"video_generation_failed": 3, "video_task_id_missing": 3, "upstream_failed": 3, "internal_error": 3}
POLL = {"upstream_failed": 4, "internal_error": 4, "video_billing_error": 5}
RATE_LIMIT = 5


class VideoError(Exception):
    def __init__(self, response: httpx.Response, step: str, task: str | None) -> None:
        try:
            body = response.json()
        except ValueError:
            body = None
        error = body.get("error") if isinstance(body, dict) else None
        self.error: dict[str, Any] = error if isinstance(error, dict) else {}
        self.status = response.status_code
        self.code = str(self.error.get("code") or f"http_{response.status_code}")
        self.param = self.error.get("param")
        self.request_id = response.headers.get("X-Request-Id")
        self.retry_after = response.headers.get("Retry-After", "")
        self.task = task
        super().__init__(f"{step}: {self.code}, {self.error.get('message')} (task {task}, request {self.request_id})")

    @property
    def rate_limited(self) -> bool:
        return self.error.get("type") == "rate_limit_error"

    def asked(self) -> float:
        if self.retry_after.isdecimal():
            return float(self.retry_after)
        try:
            return (parsedate_to_datetime(self.retry_after) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):
            return 0.0


class Studio:
    model = "google/veo-2"
    first_pace = 2.0
    most_polls = 40

    def __init__(self, base_url: str, api_key: str) -> None:
        self.base_url = base_url
        self.headers = {"Authorization": f"Bearer {api_key}"}

    def film(self, prompt: str) -> str:
        with httpx.Client(base_url=self.base_url, headers=self.headers, timeout=60, verify=TLS) as http:
            task = self.create(http, prompt)
            self.await_completion(http, task)
            return self.result(http, task)

    def post(self, http: httpx.Client, step: str, body: dict[str, Any], task: str | None = None) -> dict[str, Any]:
        response = http.post(f"/videos/{self.model.partition('/')[0]}/{step}", json=body)
        if not response.is_success:
            raise VideoError(response, step, task)
        answer: dict[str, Any] = response.json()
        return answer

    def create(self, http: httpx.Client, prompt: str) -> str:
        made = 0
        while True:
            made += 1
            try:
                return str(self.post(http, "create", {"model": self.model, "prompt": prompt})["task_id"])
            except VideoError as error:
                if made >= self.allowed(error, CREATE):
                    raise
                self.sleep(max(self.backoff(made), error.asked()))

    def await_completion(self, http: httpx.Client, task: str) -> None:
        pace, troubles, asked = self.first_pace, 0, 0.0
        for _ in range(self.most_polls):
            self.sleep(max(pace * random.uniform(1.0, 1.2), asked))
            try:
                status = self.post(http, "status", {"task_id": task}, task)["status"]
            except VideoError as error:
                troubles, asked = troubles + 1, error.asked()
                if troubles >= self.allowed(error, POLL):
                    raise
                pace = self.slower(pace)
            else:
                if status == "completed":
                    return
                pace, troubles, asked = self.next_pace(pace), 0, 0.0
        raise TimeoutError(f"task {task} was not completed after {self.most_polls} looks")

    def result(self, http: httpx.Client, task: str) -> str:
        made = 0
        while True:
            made += 1
            try:
                return str(self.post(http, "result", {"task_id": task}, task)["url"])
            except VideoError as error:
                if made >= self.allowed(error, POLL):
                    raise
                self.sleep(max(1.0, self.backoff(made), error.asked()))

    def allowed(self, error: VideoError, table: dict[str, int]) -> int:
        return RATE_LIMIT if error.rate_limited else table.get(error.code, 1)

    def backoff(self, made: int) -> float:
        return min(2.0 ** (made - 1), 30.0) * random.uniform(1.0, 1.25)

    def next_pace(self, pace: float) -> float:
        return min(pace * 1.5, 30.0)

    def slower(self, pace: float) -> float:
        return min(pace * 2, 60.0)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def video(base_url: str, api_key: str) -> Callable[[], object]:
    studio = Studio(base_url, api_key)
    return lambda: studio.film("waves at dusk")
