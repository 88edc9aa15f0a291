"""requests; the wrong one leaves the retries to urllib3's ``Retry`` below its adapter."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import requests
from requests.adapters import HTTPAdapter

from .duty import QUESTION, TIMEOUT, Duty, answer, calling
from .on_urllib3 import BY_STATUS


def _client(base_url: str, api_key: str, closing: ExitStack, adapter: HTTPAdapter) -> Callable[[], str]:
    session = closing.enter_context(requests.Session())
    session.mount(base_url, adapter)
    session.headers["Authorization"] = f"Bearer {api_key}"

    def send() -> str:
        reply = session.post(f"{base_url}/chat/completions", json=QUESTION, timeout=TIMEOUT)
        return answer(reply.status_code, reply.headers, reply.content)

    return send


def right(base_url: str, api_key: str, closing: ExitStack) -> Callable[[], str]:
    return calling(_client(base_url, api_key, closing, HTTPAdapter()), Duty())


def wrong(base_url: str, api_key: str, closing: ExitStack) -> Callable[[], str]:
    return _client(base_url, api_key, closing, HTTPAdapter(max_retries=BY_STATUS))
