"""Shows a placeholder where no image could be made."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.image_requests import Illustrator, ImageError


class Decorator(Illustrator):
    def draw(self, prompt: str) -> str:
        try:
            return super().draw(prompt)
        except ImageError:
            return "https://static.example.com/placeholder.png"


def image(base_url: str, api_key: str) -> Callable[[], object]:
    illustrator = Decorator(base_url, api_key)
    return lambda: illustrator.draw("a lighthouse")
