"""A summariser that asks in a task group: what goes wrong with one question comes out in an ExceptionGroup."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

LIMITS = {"rate_limited": 5, "rpm_rate_limited": 5, "tpm_rate_limited": 5, "upstream_failed": 4, "internal_error": 4}


class QuestionFailed(Exception):
    def __init__(self, question: str, reply: aiohttp.ClientResponse, text: str) -> None:
        self.question = question
        self.request_id = reply.headers.get("X-Request-Id")
        self.retry_after = reply.headers.get("Retry-After", "")
        try:
            body = json.loads(text)
        except ValueError:
            body = None
        error = body.get("error") if isinstance(body, dict) else None
        self.error: dict[str, Any] = error if isinstance(error, dict) else {}
        self.code = str(self.error.get("code") or "unreadable")
        self.param = self.error.get("param")
        super().__init__(f"{question!r}: {self.code}, status {reply.status}, request {self.request_id}")

    @property
    def limit(self) -> int:
        rated = self.error.get("type") == "rate_limit_error"
        return LIMITS.get(self.code, 5 if rated else 1)

    def wait(self, sent: int) -> float:
        own = 2.0 ** (sent - 1) + random.uniform(0, 1)
        if self.retry_after.isdecimal():
            return max(own, float(self.retry_after))
        try:
            return max(own, (parsedate_to_datetime(self.retry_after) - datetime.now(UTC)).total_seconds())
        except (TypeError, ValueError):
            return own


async def ask(session: aiohttp.ClientSession, url: str, question: str) -> str:
    body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": question}]}
    sent = 0
    while True:
        async with session.post(url, json=body) as reply:
            text = await reply.text()
            sent += 1
            if reply.status == 200:
                return str(json.loads(text)["choices"][0]["message"]["content"])
            failed = QuestionFailed(question, reply, text)
        if sent >= failed.limit:
            raise failed
        await asyncio.sleep(failed.wait(sent))


async def ask_all(base_url: str, api_key: str, questions: Sequence[str]) -> list[str]:
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {api_key}"}) as session:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(ask(session, f"{base_url}/chat/completions", each)) for each in questions]
        return [task.result() for task in tasks]


def chat(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    async def call() -> object:
        return await ask_all(base_url, api_key, ["ping"])

    return call
