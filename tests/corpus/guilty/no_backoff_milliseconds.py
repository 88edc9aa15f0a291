"""Means seconds and sleeps milliseconds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ..innocent.chat_aiohttp import Bot


class WrongUnit(Bot):
    def next_pause(self, last: float) -> float:
        return super().next_pause(last * 1000) / 1000


def chat(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    bot = WrongUnit(base_url, api_key)

    async def call() -> object:
        return await bot.reply("ping")

    return call
