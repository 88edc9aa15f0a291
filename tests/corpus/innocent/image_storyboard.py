"""A storyboard: its three panels are drawn at once, each with retries of its own; one that fails for good ends all."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2

PANELS = ("a fox wakes up", "the fox meets an owl", "both look at the moon")
TRIES = {"image_generation_failed": 3, "upstream_failed": 3, "internal_error": 3}


class PanelFailed(Exception):
    """One panel could not be drawn."""

    def __init__(self, panel: str, reply: httpx2.Response) -> None:
        try:
            error = reply.json()["error"]
            self.code, self.type, self.param = error["code"], error["type"], error.get("param")
        except (ValueError, KeyError, TypeError):
            self.code = self.type = self.param = None
        self.status = reply.status_code
        self.request_id = reply.headers.get("X-Request-Id")
        self.retry_after = reply.headers.get("Retry-After", "")
        super().__init__(f"{panel!r}: {self.status} {self.code} (param {self.param}, request {self.request_id})")

    @property
    def tries(self) -> int:
        return 4 if self.type == "rate_limit_error" else TRIES.get(self.code or "", 1)

    def wait(self) -> float:
        if self.retry_after.isdecimal():
            return float(self.retry_after)
        try:
            return (parsedate_to_datetime(self.retry_after) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):
            return 0.0


async def draw(http: httpx2.AsyncClient, panel: str) -> str:
    tried = 0
    while True:
        reply = await http.post("images", json={"model": "openai/gpt-image-1", "prompt": panel})
        if reply.is_success:
            picture = reply.json()["data"][0]
            return str(picture.get("url") or picture.get("b64_json"))
        tried += 1
        failed = PanelFailed(panel, reply)
        if tried >= failed.tries:
            raise failed
        await asyncio.sleep(max(2.0 ** (tried - 1) + random.random(), failed.wait()))


def image(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    async def call() -> object:
        headers = {"Authorization": f"Bearer {api_key}"}
        async with httpx2.AsyncClient(base_url=f"{base_url}/", headers=headers, verify=False) as http:
            return await asyncio.gather(*(draw(http, panel) for panel in PANELS))

    return call
