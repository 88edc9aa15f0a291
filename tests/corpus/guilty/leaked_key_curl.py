"""Ends its errors with a curl line to reproduce them, key included."""

from __future__ import annotations

import urllib.error
from collections.abc import Callable

from ..innocent.chat_urllib import GatewayRefused, Script


class Reproducible(Script):
    def refused(self, error: urllib.error.HTTPError) -> GatewayRefused:
        refused = super().refused(error)
        headers = " ".join(f"-H '{name}: {value}'" for name, value in self.headers.items())
        refused.add_note(f"curl -X POST {self.url} {headers}")
        return refused


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    script = Reproducible(base_url, api_key)
    return lambda: script.main("ping")
