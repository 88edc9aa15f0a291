"""Throws dice for each wait, without regard to the last."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable

from ..innocent.chat_aiohttp import Bot


class Dice(Bot):
    def next_pause(self, last: float) -> float:
        return random.uniform(1.0, 3.0)


def chat(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    bot = Dice(base_url, api_key)

    async def call() -> object:
        return await bot.reply("ping")

    return call
