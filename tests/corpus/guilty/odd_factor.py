"""Multiplies its waits by six."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from ..innocent.chat_urllib import Script


class Leaper(Script):
    retries = 3

    def schedule(self) -> Iterator[float]:
        yield from (min(6.0**n * random.uniform(0.8, 1.2), 30.0) for n in range(self.retries))


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    script = Leaper(base_url, api_key)
    return lambda: script.main("ping")
