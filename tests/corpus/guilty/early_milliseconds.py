"""Takes the seconds of Retry-After for milliseconds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ..innocent.chat_aiohttp import Bot


class Thousandth(Bot):
    def not_before(self, header: str | None) -> float:
        return super().not_before(header) / 1000


def chat(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    bot = Thousandth(base_url, api_key)

    async def call() -> object:
        return await bot.reply("ping")

    return call
