"""AsyncOpenAI under one deadline for the whole call: a wait that would not fit is not begun."""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import openai

TLS = ssl.create_default_context()
DEADLINE = 100.0


class OutOfTime(TimeoutError):
    def __init__(self, last: openai.APIStatusError | None) -> None:
        self.code = last.code if last else None
        self.request_id = last.request_id if last else None
        super().__init__(f"no answer within {DEADLINE:.0f} s; last error {self.code}, request {self.request_id}")


def is_passing(error: openai.APIStatusError) -> bool:
    match (error.type, error.code):
        case ("rate_limit_error", _):
            return True
        case ("upstream_error", "upstream_failed") | ("internal_error", "internal_error"):
            return True
        case _:
            return False


def wished(error: openai.APIStatusError) -> float:
    value = error.response.headers.get("retry-after", "")
    if value.isdigit():
        return float(value)
    try:
        return (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError):
        return 0.0


async def ask(sdk: openai.AsyncOpenAI, prompt: str) -> str:
    loop = asyncio.get_running_loop()
    end = loop.time() + DEADLINE
    last: openai.APIStatusError | None = None
    try:
        async with asyncio.timeout_at(end):
            for attempt in range(5):
                if last is not None:
                    pause = max(random.uniform(0.5, 1.0) * 2 ** (attempt - 1), wished(last))
                    if loop.time() + pause > end:
                        raise last
                    await asyncio.sleep(pause)
                try:
                    done = await sdk.chat.completions.create(
                        model="openai/gpt-4o", messages=[{"role": "user", "content": prompt}]
                    )
                    return done.choices[0].message.content or ""
                except openai.APIStatusError as error:
                    if not is_passing(error):
                        raise
                    last = error
    except TimeoutError as late:
        raise OutOfTime(last) from late
    assert last is not None
    raise last


def chat(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    async def call() -> object:
        http = openai.DefaultAsyncHttpxClient(verify=TLS)
        async with openai.AsyncOpenAI(base_url=base_url, api_key=api_key, max_retries=0, http_client=http) as sdk:
            return await ask(sdk, "ping")

    return call
