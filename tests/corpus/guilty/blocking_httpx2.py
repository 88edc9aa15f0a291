"""Sleeps with time.sleep in a coroutine, and everything else in the loop with it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from ..innocent.chat_httpx2_async import Backend


class Sleeper(Backend):
    async def nap(self, seconds: float) -> None:
        time.sleep(seconds)  # noqa: ASYNC251


def chat(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    backend = Sleeper(base_url, api_key)

    async def call() -> object:
        return await backend.answer("ping")

    return call
