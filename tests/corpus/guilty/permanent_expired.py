"""Retries an expired key as if the clock were wrong."""

from __future__ import annotations

import urllib.error
from collections.abc import Callable

from ..innocent.chat_urllib import GatewayRefused, Script


class Refused(GatewayRefused):
    @property
    def passing(self) -> bool:
        return self.code == "expired_api_key" or super().passing


class Hopeful(Script):
    def refused(self, error: urllib.error.HTTPError) -> GatewayRefused:
        return Refused(error.code, error.headers, error.read())


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    script = Hopeful(base_url, api_key)
    return lambda: script.main("ping")
