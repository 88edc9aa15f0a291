"""The video workflow as an async state machine: a Task record moves from submitted to done, or to a failure."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp


class RenderError(Exception):
    def __init__(self, step: str, status: int, error: dict[str, Any], headers: Any) -> None:
        self.step = step
        self.error = error
        self.request_id = headers.get("X-Request-Id")
        self.wait = self._wait(headers.get("Retry-After"))
        described = ", ".join(f"{name}={value}" for name, value in sorted(error.items()))
        super().__init__(f"{step} answered {status} ({described}); x-request-id {self.request_id}")

    @property
    def code(self) -> str:
        return str(self.error.get("code"))

    @staticmethod
    def _wait(header: str | None) -> float:
        try:
            return max(float(int(header or "")), 0.0)
        except ValueError:
            pass
        try:
            return (parsedate_to_datetime(header or "") - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):
            return 0.0


@dataclass
class Task:
    id: str
    state: str = "queued"
    url: str | None = None
    troubles: int = 0


class Renderer:
    provider, model = "runway", "runway/gen-4-turbo"
    submit_at_most = 3
    troubles_at_most = 4
    creates_again: tuple[str, ...] = (
        "video_generation_failed",
        "video_task_id_missing",
        "upstream_failed",
        "internal_error",
    )
    polls_again: tuple[str, ...] = ("upstream_failed", "internal_error", "video_billing_error")

    def __init__(self, base_url: str, api_key: str) -> None:
        self.base = f"{base_url}/videos/{self.provider}"
        self.auth = {"Authorization": f"Bearer {api_key}"}

    async def render(self, prompt: str) -> str:
        async with aiohttp.ClientSession(headers=self.auth) as session:
            task = await self.submit(session, prompt)
            pace = 2.0
            while task.url is None:
                await self.rest(pace * random.uniform(1, 1.3))
                pace = await self.look(session, task, pace)
            return task.url

    async def submit(self, session: aiohttp.ClientSession, prompt: str) -> Task:
        wait = 1.0
        for number in range(1, self.submit_at_most + 1):
            try:
                made = await self.post(session, "create", model=self.model, prompt=prompt)
                return Task(made["id"], made["status"])
            except RenderError as error:
                if number == self.submit_at_most or not self.passes(error, self.creates_again):
                    raise
                await self.rest(max(random.uniform(wait, wait * 1.5), error.wait))
                wait *= 2
        raise AssertionError("the last submission returns or raises")

    async def look(self, session: aiohttp.ClientSession, task: Task, pace: float) -> float:
        """One step of the machine; gives the pace for the next."""
        step = "result" if task.state == "completed" else "status"
        try:
            seen = await self.post(session, step, task_id=task.id)
        except RenderError as error:
            task.troubles += 1
            if task.troubles >= self.troubles_at_most or not self.passes(error, self.polls_again):
                raise
            return max(self.slower(pace, task), error.wait)
        task.troubles = 0
        task.state, task.url = seen["status"], seen.get("url")
        return 0.5 if task.state == "completed" else min(pace * 1.5, 20.0)

    def slower(self, pace: float, task: Task) -> float:
        return min(pace * 2, 30.0)

    def passes(self, error: RenderError, codes: tuple[str, ...]) -> bool:
        return error.code in codes or error.error.get("type") == "rate_limit_error"

    async def post(self, session: aiohttp.ClientSession, step: str, **body: str) -> dict[str, Any]:
        async with session.post(f"{self.base}/{step}", json=body) as response:
            text = await response.text()
            try:
                data = json.loads(text)
            except ValueError:
                data = {}
        if response.status == 200:
            return dict(data)
        error = data.get("error") if isinstance(data, dict) else None
        raise RenderError(step, response.status, error if isinstance(error, dict) else {}, response.headers)

    async def rest(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def video(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    renderer = Renderer(base_url, api_key)

    async def call() -> object:
        return await renderer.render("waves at dusk")

    return call
