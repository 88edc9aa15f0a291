"""Asks again for an image by a model that makes none."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.image_requests import Illustrator


class AnyModel(Illustrator):
    requests_for = {**Illustrator.requests_for, "image_model_not_found": 3}


def image(base_url: str, api_key: str) -> Callable[[], object]:
    illustrator = AnyModel(base_url, api_key)
    return lambda: illustrator.draw("a lighthouse")
