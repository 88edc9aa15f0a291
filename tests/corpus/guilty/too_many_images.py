"""Tries a failed image six times; each try may be charged."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.image_requests import Illustrator


class Gambler(Illustrator):
    requests_for = {**Illustrator.requests_for, "image_generation_failed": 6}


def image(base_url: str, api_key: str) -> Callable[[], object]:
    illustrator = Gambler(base_url, api_key)
    return lambda: illustrator.draw("a lighthouse")
