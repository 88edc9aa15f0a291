"""The Anthropic SDK's event stream: whole only once message_stop was seen, else sent again from the start."""

from __future__ import annotations

import random
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import anthropic
import httpx2

TLS = ssl.create_default_context()
PASSING = {"rate_limited", "rpm_rate_limited", "tpm_rate_limited", "upstream_failed", "internal_error"}


class NarrationError(Exception):
    def __init__(self, body: object, response: httpx2.Response | None) -> None:
        error = body.get("error") if isinstance(body, dict) else None
        self.error: dict[str, Any] = error if isinstance(error, dict) else {}
        self.code = self.error.get("code")
        self.param = self.error.get("param")
        headers = response.headers if response is not None else {}
        self.request_id = headers.get("x-request-id")
        self.retry_after = headers.get("retry-after", "")
        super().__init__(f"{self.code}: {self.error.get('message', 'the stream broke off')} [{self.request_id}]")


class Interrupted(NarrationError):
    def __init__(self, response: httpx2.Response | None) -> None:
        super().__init__(None, response)


class Narrator:
    attempts = 4

    def __init__(self, base_url: str, api_key: str) -> None:
        self.root_url, self.api_key = base_url.removesuffix("/v1"), api_key

    def narrate(self, prompt: str) -> str:
        http = anthropic.DefaultHttpxClient(verify=TLS)
        with anthropic.Anthropic(
            base_url=self.root_url, auth_token=self.api_key, max_retries=0, http_client=http
        ) as sdk:
            for attempt in range(1, self.attempts + 1):
                try:
                    return self.once(sdk, self.conversation(prompt))
                except NarrationError as error:
                    if attempt == self.attempts or not self.passing(error):
                        raise
                    time.sleep(self.wait(attempt, error))
        raise AssertionError("the last attempt returns or raises")

    def conversation(self, prompt: str) -> list[anthropic.types.MessageParam]:
        return [{"role": "user", "content": prompt}]

    def once(self, sdk: anthropic.Anthropic, conversation: list[anthropic.types.MessageParam]) -> str:
        text: list[str] = []
        response: httpx2.Response | None = None
        try:
            with sdk.messages.create(
                model="anthropic/claude-sonnet-4-20250514", max_tokens=256, messages=conversation, stream=True
            ) as stream:
                response = stream.response
                for event in stream:
                    if event.type == "content_block_delta" and event.delta.type == "text_delta":
                        text.append(event.delta.text)
                    elif event.type == "message_stop":
                        return "".join(text)
        except anthropic.APIStatusError as refused:
            raise NarrationError(refused.body, refused.response) from refused
        except (anthropic.APIConnectionError, httpx2.TransportError) as broken:
            return self.broken(text, response, broken)
        return self.broken(text, response, None)

    def broken(self, text: list[str], response: httpx2.Response | None, cause: Exception | None) -> str:
        raise Interrupted(response) from cause

    def passing(self, error: NarrationError) -> bool:
        if isinstance(error, Interrupted):
            return True
        return error.code in PASSING or error.error.get("type") == "rate_limit_error"

    def wait(self, attempt: int, error: NarrationError) -> float:
        own = min(30.0, 2.0 ** (attempt - 1) + random.random())
        if error.retry_after.isdecimal():
            return max(own, float(error.retry_after))
        try:
            return max(own, (parsedate_to_datetime(error.retry_after) - datetime.now(UTC)).total_seconds())
        except (TypeError, ValueError):
            return own


def messages_stream(base_url: str, api_key: str) -> Callable[[], object]:
    narrator = Narrator(base_url, api_key)
    return lambda: narrator.narrate("ping")
