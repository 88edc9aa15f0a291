"""Chains to aiohttp's own error, whose repr holds the request's headers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import aiohttp

from ..innocent.chat_aiohttp import Bot, BotError


class Chained(Bot):
    def trouble(self, response: aiohttp.ClientResponse, body: str) -> BotError:
        trouble = super().trouble(response, body)
        try:
            response.raise_for_status()
        except aiohttp.ClientResponseError as cause:
            trouble.__cause__ = cause
        return trouble


def chat(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    bot = Chained(base_url, api_key)

    async def call() -> object:
        return await bot.reply("ping")

    return call
