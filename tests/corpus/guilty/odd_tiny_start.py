"""Begins its backoff at a seventh of a second."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from ..innocent.messages_anthropic import Writer


class Fidget(Writer):
    def delay(self, attempt: int, error: Any) -> float:
        return max(0.15 * 2.0 ** (attempt - 1) * random.uniform(1.0, 1.3), self.retry_after(error.retry_after))


def messages(base_url: str, api_key: str) -> Callable[[], object]:
    writer = Fidget(base_url, api_key)
    return lambda: writer.write("ping")
