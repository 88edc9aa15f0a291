"""Callers put their prompts on a queue; two tasks, which the first caller starts, serve them all."""

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
PASSING = {"rate_limited", "rpm_rate_limited", "tpm_rate_limited", "upstream_failed", "internal_error"}


class ServiceError(Exception):
    def __init__(self, response: httpx2.Response) -> None:
        try:
            found: Any = response.json()["error"]
            self.type, self.code, self.param = (found.get(key) for key in ("type", "code", "param"))
            text = found.get("message")
        except (ValueError, KeyError, TypeError, AttributeError):
            self.type = self.code = self.param = text = None
        self.request_id = response.headers.get("X-Request-Id")
        self.retry_after = response.headers.get("Retry-After", "")
        super().__init__(f"{self.code}: {text} (HTTP {response.status_code}, request {self.request_id})")


class Service:
    workers = 2
    attempts = 4

    def __init__(self, base_url: str, api_key: str) -> None:
        self.base_url, self.api_key = base_url, api_key
        self.home: asyncio.AbstractEventLoop | None = None

    async def ask(self, prompt: str) -> str:
        loop = asyncio.get_running_loop()
        if self.home is not loop:
            self.home = loop
            self.queue: asyncio.Queue[tuple[str, asyncio.Future[str]]] = asyncio.Queue()
            self.crew = [asyncio.create_task(self.work()) for _ in range(self.workers)]
        answer: asyncio.Future[str] = loop.create_future()
        self.queue.put_nowait((prompt, answer))
        return await answer

    async def work(self) -> None:
        while True:
            prompt, answer = await self.queue.get()
            try:
                answer.set_result(await self.persist(prompt))
            except (ServiceError, httpx2.HTTPError) as error:
                answer.set_exception(error)

    async def persist(self, prompt: str) -> str:
        for attempt in range(self.attempts):
            try:
                return await self.post(prompt)
            except ServiceError as error:
                transient = error.code in PASSING or error.type == "rate_limit_error"
                if not transient or attempt == self.attempts - 1:
                    raise
                await asyncio.sleep(self.pause(attempt, error.retry_after))
        raise AssertionError("the last attempt returns or raises")

    async def post(self, prompt: str) -> str:
        body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": prompt}]}
        headers = {"Authorization": f"Bearer {self.api_key}"}
        async with httpx2.AsyncClient(base_url=self.base_url, headers=headers, verify=TLS, timeout=60) as http:
            response = await http.post("/chat/completions", json=body)
        if response.status_code != 200:
            raise ServiceError(response)
        return str(response.json()["choices"][0]["message"]["content"])

    def pause(self, attempt: int, asked: str) -> float:
        own = random.uniform(0.75, 1.25) * min(30.0, 2.0**attempt)
        try:
            return max(own, float(int(asked)))
        except ValueError:
            pass
        try:
            return max(own, (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds())
        except (TypeError, ValueError):
            return own


def chat(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    service = Service(base_url, api_key)

    async def call() -> object:
        return await service.ask("ping")

    return call
