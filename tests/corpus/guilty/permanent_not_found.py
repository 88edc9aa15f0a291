"""Asks for a model that does not exist until it might."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from ..innocent.chat_aiohttp import Bot


class EventuallyConsistent(Bot):
    def transient(self, details: dict[str, Any]) -> bool:
        return details.get("code") in ("model_not_found", "not_found") or super().transient(details)


def chat(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    bot = EventuallyConsistent(base_url, api_key)

    async def call() -> object:
        return await bot.reply("ping")

    return call
