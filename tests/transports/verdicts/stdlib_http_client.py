"""http.client: a connection for each request."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from contextlib import ExitStack
from urllib.parse import urlsplit

from .duty import QUESTION, TIMEOUT, Deaf, Duty, answer, calling


def _client(base_url: str, api_key: str, duty: Duty) -> Callable[[], str]:
    parts = urlsplit(base_url)
    headers = {"Authorization": f"Bearer {api_key}", "Content-Type": "application/json"}

    def send() -> str:
        # Looked up at each call: whoever binds the class early passes by vcrpy.
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.netloc, timeout=TIMEOUT)
        try:
            connection.request("POST", f"{parts.path}/chat/completions", json.dumps(QUESTION), headers)
            reply = connection.getresponse()
            return answer(reply.status, reply.headers, reply.read())
        finally:
            connection.close()

    return calling(send, duty)


def right(base_url: str, api_key: str, closing: ExitStack) -> Callable[[], str]:
    return _client(base_url, api_key, Duty())


def wrong(base_url: str, api_key: str, closing: ExitStack) -> Callable[[], str]:
    return _client(base_url, api_key, Deaf())
