"""Takes the limit on a single request's cost for a rate limit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..innocent.messages_anthropic import Writer


class Bargainer(Writer):
    def passing(self, error: Any) -> bool:
        return error.code == "request_cost_limit" or super().passing(error)


def messages(base_url: str, api_key: str) -> Callable[[], object]:
    writer = Bargainer(base_url, api_key)
    return lambda: writer.write("ping")
