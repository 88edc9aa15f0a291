"""The OpenAI SDK, async: with its retries off below a loop that knows the duties, and as it comes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import ExitStack

import openai

from .duty import QUESTION, Duty, Refused, calling_async


def right(base_url: str, api_key: str, closing: ExitStack) -> Callable[[], Awaitable[str]]:
    ask = _client(base_url, api_key, max_retries=0)

    async def send() -> str:
        try:
            return await ask()
        except openai.APIStatusError as error:
            raise Refused(error.status_code, error.response.headers, error.response.content) from error

    return calling_async(send, Duty())


def wrong(base_url: str, api_key: str, closing: ExitStack) -> Callable[[], Awaitable[str]]:
    return _client(base_url, api_key, max_retries=openai.DEFAULT_MAX_RETRIES)


def _client(base_url: str, api_key: str, *, max_retries: int) -> Callable[[], Awaitable[str]]:
    async def ask() -> str:
        async with openai.AsyncOpenAI(base_url=base_url, api_key=api_key, max_retries=max_retries) as client:
            return (await client.chat.completions.create(**QUESTION)).choices[0].message.content

    return ask
