"""Calls a blocking helper for its pauses in an event loop."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from ..innocent.chat_aiohttp import Bot


def doze(seconds: float) -> None:
    time.sleep(seconds)


class Snorer(Bot):
    async def sleep(self, seconds: float) -> None:
        doze(seconds)


def chat(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    bot = Snorer(base_url, api_key)

    async def call() -> object:
        return await bot.reply("ping")

    return call
