"""Takes the end of the SDK's iteration for the end of the answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx2

from ..innocent.chat_stream_openai import Typist


class SdkTruster(Typist):
    def checked(self, parts: list[str], finished: bool, headers: httpx2.Headers | None) -> str:
        return "".join(parts)


def chat_stream(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    typist = SdkTruster(base_url, api_key)

    async def call() -> object:
        return await typist.type("ping")

    return call
