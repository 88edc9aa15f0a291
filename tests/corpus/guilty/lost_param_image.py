"""Says that the order was refused, but not which part of it."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.image_requests import Illustrator, ImageError


class OrderRefused(Exception):
    """Carries code and request id in its text."""


class Vague(Illustrator):
    def draw(self, prompt: str) -> str:
        try:
            return super().draw(prompt)
        except ImageError as error:
            raise OrderRefused(f"{error.code} (request id {error.request_id})") from None


def image(base_url: str, api_key: str) -> Callable[[], object]:
    illustrator = Vague(base_url, api_key)
    return lambda: illustrator.draw("a lighthouse")
