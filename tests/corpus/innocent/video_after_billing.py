"""An async video client on httpx2 that fetches the result where billing failed: the film is most likely there."""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

TLS = ssl.create_default_context()
TROUBLES = 4


class FilmError(Exception):
    def __init__(self, response: httpx2.Response, task: str | None) -> None:
        try:
            error = response.json()["error"]
        except (ValueError, KeyError, TypeError):
            error = None
        self.error: dict[str, Any] = error if isinstance(error, dict) else {}
        self.code = self.error.get("code")
        self.param = self.error.get("param")
        self.task = task
        self.request_id = response.headers.get("X-Request-Id")
        self.retry_after = response.headers.get("Retry-After", "")
        super().__init__(f"{self.code} {self.param or ''} (task {task}, request {self.request_id})")

    def transient(self, *more: str) -> bool:
        return self.error.get("type") == "rate_limit_error" or self.code in ("upstream_failed", "internal_error", *more)

    def asked(self) -> float:
        if self.retry_after.isdecimal():
            return float(self.retry_after)
        try:
            return (parsedate_to_datetime(self.retry_after) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):
            return 0.0


async def post(http: httpx2.AsyncClient, step: str, task: str | None = None, **order: str) -> dict[str, Any]:
    response = await http.post(f"/videos/google/{step}", json={"task_id": task} if task else order)
    if response.is_error:
        raise FilmError(response, task)
    return dict(response.json())


async def create(http: httpx2.AsyncClient, prompt: str) -> str:
    for made in (1, 2):
        try:
            return str((await post(http, "create", model="google/veo-2", prompt=prompt))["id"])
        except FilmError as error:
            if not error.transient("video_generation_failed", "video_task_id_missing"):
                raise
            await asyncio.sleep(max(made + random.uniform(0, made), error.asked()))
    return str((await post(http, "create", model="google/veo-2", prompt=prompt))["id"])


async def film(http: httpx2.AsyncClient, prompt: str) -> str:
    task = await create(http, prompt)
    step, pace, troubles = "status", 2.0, 0
    while True:
        await asyncio.sleep(pace + random.random())
        try:
            seen = await post(http, step, task)
        except FilmError as error:
            troubles += 1
            billing = error.code == "video_billing_error"
            if troubles >= TROUBLES or not (billing or error.transient()):
                raise
            step = "result" if billing else step
            pace = max(min(pace * 2, 30.0), error.asked())
            continue
        if seen.get("url"):
            return str(seen["url"])
        troubles, pace = 0, min(pace * 1.5, 20.0)
        step = "result" if seen["status"] == "completed" else "status"


def video(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    async def call() -> object:
        headers = {"Authorization": f"Bearer {api_key}"}
        async with httpx2.AsyncClient(base_url=base_url, headers=headers, timeout=60, verify=TLS) as http:
            return await film(http, "waves at dusk")

    return call
