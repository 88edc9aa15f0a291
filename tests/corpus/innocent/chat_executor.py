"""Async over requests: each blocking post goes to the loop's default pool, the waits between them do not."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests

MOST = {"rate_limited": 4, "rpm_rate_limited": 4, "tpm_rate_limited": 4, "upstream_failed": 3, "internal_error": 3}


class GatewayError(Exception):
    def __init__(self, response: requests.Response) -> None:
        try:
            error: Any = response.json()["error"]
        except (ValueError, KeyError, TypeError):
            error = None
        self.error = error if isinstance(error, dict) else {}
        self.code = self.error.get("code")
        self.param = self.error.get("param")
        self.request_id = response.headers.get("X-Request-Id")
        self.retry_after = response.headers.get("Retry-After")
        super().__init__(
            f"{response.status_code} {self.code} ({self.param}): {self.error.get('message')} [{self.request_id}]"
        )

    @property
    def most(self) -> int:
        return 4 if self.error.get("type") == "rate_limit_error" else MOST.get(str(self.code), 1)

    def seconds(self) -> float:
        try:
            return float(int(self.retry_after or "0"))
        except ValueError:
            pass
        try:
            return (parsedate_to_datetime(str(self.retry_after)) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):
            return 0.0


class Asker:
    def __init__(self, base_url: str, api_key: str) -> None:
        self.url = f"{base_url}/chat/completions"
        self.headers = {"Authorization": f"Bearer {api_key}"}

    def post(self, prompt: str) -> str:
        body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": prompt}]}
        response = requests.post(self.url, json=body, headers=self.headers, timeout=60)
        if not response.ok:
            raise GatewayError(response)
        return str(response.json()["choices"][0]["message"]["content"])

    async def ask(self, prompt: str) -> str:
        sent = 0
        while True:
            try:
                return await asyncio.get_running_loop().run_in_executor(None, self.post, prompt)
            except GatewayError as error:
                sent += 1
                if sent >= error.most:
                    raise
                own = min(30.0, 2.0 ** (sent - 1)) * random.uniform(0.8, 1.3)
                await asyncio.sleep(max(own, error.seconds()))


def chat(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    asker = Asker(base_url, api_key)

    async def call() -> object:
        return await asker.ask("ping")

    return call
