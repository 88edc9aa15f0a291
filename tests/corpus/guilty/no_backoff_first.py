"""Tries once more at once before it begins to back off."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from ..innocent.chat_urllib import Script


class HeadStart(Script):
    def schedule(self) -> Iterator[float]:
        yield 0.0
        yield from (2.0**n * random.uniform(1.0, 1.25) for n in range(1, self.retries))


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    script = HeadStart(base_url, api_key)
    return lambda: script.main("ping")
