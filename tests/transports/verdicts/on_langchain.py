"""LangChain's ChatOpenAI: with its retries off below a loop that knows the duties, and as it comes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import openai
from langchain_openai import ChatOpenAI

from .duty import QUESTION, Duty, Refused, calling


def _client(base_url: str, api_key: str, closing: ExitStack, **options: Any) -> Callable[[], str]:
    # One of our own: the one that LangChain makes is shared by all models of an address, and cannot be closed.
    http = closing.enter_context(openai.DefaultHttpxClient())
    model = ChatOpenAI(base_url=base_url, api_key=api_key, model=QUESTION["model"], http_client=http, **options)
    return lambda: model.invoke("ping").content


def right(base_url: str, api_key: str, closing: ExitStack) -> Callable[[], str]:
    ask = _client(base_url, api_key, closing, max_retries=0)

    def send() -> str:
        try:
            return ask()
        except openai.APIStatusError as error:
            raise Refused(error.status_code, error.response.headers, error.response.content) from error

    return calling(send, Duty())


def wrong(base_url: str, api_key: str, closing: ExitStack) -> Callable[[], str]:
    return _client(base_url, api_key, closing)
