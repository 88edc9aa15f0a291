"""The Anthropic SDK: with its retries off below a loop that knows the duties, and as it comes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import anthropic

from .duty import QUESTION, Duty, Refused, calling


def right(base_url: str, api_key: str, closing: ExitStack) -> Callable[[], str]:
    ask = _client(base_url, api_key, closing, max_retries=0)

    def send() -> str:
        try:
            return ask()
        except anthropic.APIStatusError as error:
            raise Refused(error.status_code, error.response.headers, error.response.content) from error

    return calling(send, Duty())


def wrong(base_url: str, api_key: str, closing: ExitStack) -> Callable[[], str]:
    return _client(base_url, api_key, closing, max_retries=anthropic.DEFAULT_MAX_RETRIES)


def _client(base_url: str, api_key: str, closing: ExitStack, *, max_retries: int) -> Callable[[], str]:
    root_url = base_url.removesuffix("/v1")
    client = closing.enter_context(anthropic.Anthropic(base_url=root_url, api_key=api_key, max_retries=max_retries))
    return lambda: client.messages.create(max_tokens=9, **QUESTION).content[0].text
