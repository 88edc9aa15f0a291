"""AsyncOpenAI streaming. The SDK takes an early end for the end, so finish_reason is looked for; breaks are resent."""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2
import openai

TLS = ssl.create_default_context()
TRANSIENT = {"rate_limited", "rpm_rate_limited", "tpm_rate_limited", "upstream_failed", "internal_error"}


class TypistError(Exception):
    """What went wrong, before or within the stream; the SDK's error within a stream knows no request id."""

    def __init__(
        self, cause: openai.APIError | None, headers: httpx2.Headers | None = None, *, broken: bool = False
    ) -> None:
        self.code = cause.code if cause else None
        self.type = cause.type if cause else None
        self.param = cause.param if cause else None
        self.request_id = headers.get("x-request-id") if headers else None
        self.retry_after = headers.get("retry-after", "") if headers else ""
        self.broken = broken
        what = "the stream broke off" if broken else self.code or "no answer"
        super().__init__(f"{what} (request id {self.request_id})")


class Typist:
    attempts = 4
    model = "openai/gpt-4o"

    def __init__(self, base_url: str, api_key: str) -> None:
        self.base_url, self.api_key = base_url, api_key

    async def type(self, prompt: str) -> str:
        http = openai.DefaultAsyncHttpxClient(verify=TLS)
        async with openai.AsyncOpenAI(
            base_url=self.base_url, api_key=self.api_key, max_retries=0, http_client=http
        ) as sdk:
            for attempt in range(1, self.attempts + 1):
                try:
                    return await self.once(sdk, prompt)
                except TypistError as error:
                    if attempt == self.attempts or not self.again(error):
                        raise
                    await asyncio.sleep(self.delay(attempt, error))
        raise AssertionError("the last attempt returns or raises")

    async def once(self, sdk: openai.AsyncOpenAI, prompt: str) -> str:
        parts: list[str] = []
        finished = False
        headers: httpx2.Headers | None = None
        try:
            stream = await sdk.chat.completions.create(
                model=self.model, messages=[{"role": "user", "content": prompt}], stream=True
            )
            headers = stream.response.headers
            async with stream:
                async for chunk in stream:
                    for choice in chunk.choices:
                        parts.append(choice.delta.content or "")
                        finished = finished or choice.finish_reason is not None
        except openai.APIStatusError as refused:
            raise TypistError(refused, refused.response.headers) from refused
        except openai.APIConnectionError as lost:
            raise TypistError(lost, headers, broken=headers is not None) from lost
        except openai.APIError as reported:
            raise TypistError(reported, headers) from reported
        return self.checked(parts, finished, headers)

    def checked(self, parts: list[str], finished: bool, headers: httpx2.Headers | None) -> str:
        if not finished:
            raise TypistError(None, headers, broken=True)
        return "".join(parts)

    def again(self, error: TypistError) -> bool:
        return error.broken or error.code in TRANSIENT or error.type == "rate_limit_error"

    def delay(self, attempt: int, error: TypistError) -> float:
        own = min(30.0, 2.0 ** (attempt - 1)) * random.uniform(0.75, 1.25)
        if error.retry_after.isdecimal():
            return max(own, float(error.retry_after))
        try:
            return max(own, (parsedate_to_datetime(error.retry_after) - datetime.now(UTC)).total_seconds())
        except (TypeError, ValueError):
            return own


def chat_stream(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    typist = Typist(base_url, api_key)

    async def call() -> object:
        return await typist.type("ping")

    return call
