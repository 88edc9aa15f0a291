"""Doubles without a ceiling: the seventh wait is over a minute."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable

from ..innocent.chat_httpx2_async import Backend, GatewayFailure


class Skyward(Backend):
    def allowance(self, failure: GatewayFailure) -> int:
        allowance = super().allowance(failure)
        return 8 if allowance == 6 else allowance

    def backoff(self, made: int) -> float:
        return 2.0 ** (made - 1) + random.random()


def chat(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    backend = Skyward(base_url, api_key)

    async def call() -> object:
        return await backend.answer("ping")

    return call
