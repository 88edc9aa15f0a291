"""Never tries a failed image again."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.image_requests import Illustrator


class OneShot(Illustrator):
    requests_for = {**Illustrator.requests_for, "image_generation_failed": 1}


def image(base_url: str, api_key: str) -> Callable[[], object]:
    illustrator = OneShot(base_url, api_key)
    return lambda: illustrator.draw("a lighthouse")
