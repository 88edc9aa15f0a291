"""Sends a timed-out image again, which may be billed twice."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.image_requests import Illustrator


class Doubler(Illustrator):
    requests_for = {**Illustrator.requests_for, "image_generation_timeout": 3}


def image(base_url: str, api_key: str) -> Callable[[], object]:
    illustrator = Doubler(base_url, api_key)
    return lambda: illustrator.draw("a lighthouse")
