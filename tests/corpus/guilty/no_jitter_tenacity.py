"""tenacity's plain exponential wait, which has no jitter."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable

import anthropic
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_exponential

from ..innocent.messages_anthropic_tenacity import asked, passing, send

TLS = ssl.create_default_context()

exponential = wait_exponential(multiplier=1, max=30)


def wait(state: RetryCallState) -> float:
    return max(exponential(state), asked(state.outcome.exception() if state.outcome else None))


def messages(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    root = base_url.removesuffix("/v1")
    retrying = AsyncRetrying(retry=retry_if_exception(passing), wait=wait, stop=stop_after_attempt(4), reraise=True)

    async def call() -> object:
        http = anthropic.DefaultAsyncHttpxClient(verify=TLS)
        async with anthropic.AsyncAnthropic(base_url=root, api_key=api_key, max_retries=0, http_client=http) as sdk:
            return await retrying.copy()(send, sdk, "ping")

    return call
