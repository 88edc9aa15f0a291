"""AsyncAnthropic under tenacity: a predicate that reads the code, a wait that reads Retry-After, reraise on."""

from __future__ import annotations

import email.utils
import ssl
import time
from collections.abc import Awaitable, Callable
from typing import Any

import anthropic
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_exponential_jitter

TLS = ssl.create_default_context()
PASSING = {"rate_limited", "rpm_rate_limited", "tpm_rate_limited", "upstream_failed", "internal_error"}

jittered = wait_exponential_jitter(initial=1, max=30, exp_base=2, jitter=1)


def error_object(exc: BaseException) -> dict[str, Any]:
    body = getattr(exc, "body", None)
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {}


def passing(exc: BaseException) -> bool:
    error = error_object(exc)
    return error.get("code") in PASSING or error.get("type") == "rate_limit_error"


def asked(exc: BaseException | None) -> float:
    if not isinstance(exc, anthropic.APIStatusError):
        return 0.0
    value = exc.response.headers.get("retry-after", "")
    try:
        return float(int(value))
    except ValueError:
        parsed = email.utils.parsedate_tz(value)
        return email.utils.mktime_tz(parsed) - time.time() if parsed else 0.0


def wait(state: RetryCallState) -> float:
    exc = state.outcome.exception() if state.outcome else None
    return max(jittered(state), asked(exc))


async def send(sdk: anthropic.AsyncAnthropic, prompt: str) -> str:
    message = await sdk.messages.create(
        model="anthropic/claude-sonnet-4-20250514", max_tokens=100, messages=[{"role": "user", "content": prompt}]
    )
    return "".join(block.text for block in message.content if block.type == "text")


def messages(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    root = base_url.removesuffix("/v1")
    retrying = AsyncRetrying(retry=retry_if_exception(passing), wait=wait, stop=stop_after_attempt(4), reraise=True)

    async def call() -> object:
        http = anthropic.DefaultAsyncHttpxClient(verify=TLS)
        async with anthropic.AsyncAnthropic(base_url=root, api_key=api_key, max_retries=0, http_client=http) as sdk:
            return await retrying.copy()(send, sdk, "ping")

    return call
