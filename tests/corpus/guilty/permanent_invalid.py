"""Allows three requests for a body the gateway has called invalid."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ..innocent.chat_httpx2_async import Backend, GatewayFailure


class TriesAgain(Backend):
    def allowance(self, failure: GatewayFailure) -> int:
        return 3 if failure.code in ("invalid_request", "missing_parameter") else super().allowance(failure)


def chat(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    backend = TriesAgain(base_url, api_key)

    async def call() -> object:
        return await backend.answer("ping")

    return call
