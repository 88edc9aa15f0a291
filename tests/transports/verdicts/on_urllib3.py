"""urllib3; the wrong one leaves the retries to its ``Retry``, which goes by status."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import urllib3

from .duty import QUESTION, TIMEOUT, Duty, answer, calling

BY_STATUS = urllib3.Retry(
    total=3, backoff_factor=1, status_forcelist=(429, 500, 502, 504), allowed_methods=None, raise_on_status=False
)


def _client(base_url: str, api_key: str, closing: ExitStack, retries: urllib3.Retry | bool) -> Callable[[], str]:
    pool = closing.enter_context(urllib3.PoolManager(retries=retries, timeout=TIMEOUT))
    headers = {"Authorization": f"Bearer {api_key}"}

    def send() -> str:
        reply = pool.request("POST", f"{base_url}/chat/completions", json=QUESTION, headers=headers)
        return answer(reply.status, reply.headers, reply.data)

    return send


def right(base_url: str, api_key: str, closing: ExitStack) -> Callable[[], str]:
    return calling(_client(base_url, api_key, closing, False), Duty())


def wrong(base_url: str, api_key: str, closing: ExitStack) -> Callable[[], str]:
    return _client(base_url, api_key, closing, BY_STATUS)
