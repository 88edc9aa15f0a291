"""Drops the name of the field that was wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2

from ..innocent.chat_httpx2_async import Backend, GatewayFailure


class Unspecific(Backend):
    def failure(self, reply: httpx2.Response) -> GatewayFailure:
        failure = super().failure(reply)
        known: dict[str, Any] = {name: failure.error[name] for name in ("type", "code") if name in failure.error}
        text = f"{failure.code} ({failure.status}), quote {failure.request_id}"
        return GatewayFailure(text, status=failure.status, request_id=failure.request_id, error=known)


def chat(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    backend = Unspecific(base_url, api_key)

    async def call() -> object:
        return await backend.answer("ping")

    return call
