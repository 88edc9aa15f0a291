"""Wraps a coroutine's inner step in tenacity's blocking Retrying, which sleeps in the loop's own thread."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import requests
import tenacity

from ..innocent.chat_tenacity import RetryableServiceError, raise_for_error, wait_for_gateway


class Service:
    def __init__(self, base_url: str, api_key: str) -> None:
        self.url = f"{base_url}/chat/completions"
        self.headers = {"Authorization": f"Bearer {api_key}"}

    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        response = requests.post(self.url, json=body, headers=self.headers, timeout=60)
        raise_for_error(response)
        result: dict[str, Any] = response.json()
        return result

    async def answer(self, text: str) -> str:
        body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": text}]}
        for attempt in tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(RetryableServiceError),
            wait=wait_for_gateway(),
            stop=tenacity.stop_after_attempt(5),
            reraise=True,
        ):
            with attempt:
                reply = await asyncio.to_thread(self.post, body)
        return str(reply["choices"][0]["message"]["content"])


def chat(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    service = Service(base_url, api_key)

    async def call() -> object:
        return await service.answer("ping")

    return call
