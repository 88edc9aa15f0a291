"""The Mistral SDK pointed at the gateway: without retries below a loop that knows the duties, and with its own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from mistralai.client import Mistral
from mistralai.client.errors import MistralError
from mistralai.client.utils import BackoffStrategy, RetryConfig

from .duty import QUESTION, Duty, Refused, calling

BY_STATUS = RetryConfig("backoff", BackoffStrategy(1000, 30_000, 2.0, 60_000), retry_connection_errors=False)


def _client(base_url: str, api_key: str, closing: ExitStack, retries: RetryConfig | None) -> Callable[[], str]:
    root_url = base_url.removesuffix("/v1")
    client = closing.enter_context(Mistral(server_url=root_url, api_key=api_key, retry_config=retries))
    return lambda: client.chat.complete(**QUESTION).choices[0].message.content


def right(base_url: str, api_key: str, closing: ExitStack) -> Callable[[], str]:
    ask = _client(base_url, api_key, closing, None)

    def send() -> str:
        try:
            return ask()
        except MistralError as error:
            raise Refused(error.status_code, error.headers, error.body) from error

    return calling(send, Duty())


def wrong(base_url: str, api_key: str, closing: ExitStack) -> Callable[[], str]:
    return _client(base_url, api_key, closing, BY_STATUS)
