"""Logs the headers of every request that failed, Authorization and all."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import httpx

from ..innocent.chat_httpx import Assistant

log = logging.getLogger(__name__)


class Verbose(Assistant):
    def send(self, http: httpx.Client, body: dict[str, Any], number: int) -> httpx.Response:
        response = super().send(http, body, number)
        if response.is_error:
            log.warning("attempt %d failed, sent %s", number, dict(response.request.headers))
        return response


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    assistant = Verbose(base_url, api_key)
    return lambda: assistant.complete("ping")
