"""Reads Retry-After as seconds only; a date counts for nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx2

from ..innocent.chat_httpx2_async import Backend


class SecondsOnly(Backend):
    def asked(self, reply: httpx2.Response) -> float:
        value = reply.headers.get("Retry-After", "")
        return float(value) if value.isdecimal() else 0.0


def chat(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    backend = SecondsOnly(base_url, api_key)

    async def call() -> object:
        return await backend.answer("ping")

    return call
