"""Numbers its attempts in the body of the request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import urllib3

from ..innocent.chat_urllib3 import Command


class Numbered(Command):
    def request(self, request: dict[str, Any], attempt: int) -> urllib3.BaseHTTPResponse:
        return super().request({**request, "metadata": {"attempt": str(attempt)}}, attempt)


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    command = Numbered(base_url, api_key)
    return lambda: command.run("ping")
