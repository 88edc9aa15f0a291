"""Asks for a smaller image after a timeout, while the first may still be in the making."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..innocent.image_requests import Illustrator, OutcomeUnknown


class Shrinker(Illustrator):
    size = "1024x1024"

    def draw(self, prompt: str) -> str:
        self.size = "1024x1024"
        try:
            return super().draw(prompt)
        except OutcomeUnknown:
            self.size = "256x256"
            return super().draw(prompt)

    def body(self, prompt: str) -> dict[str, Any]:
        return {**super().body(prompt), "size": self.size}


def image(base_url: str, api_key: str) -> Callable[[], object]:
    illustrator = Shrinker(base_url, api_key)
    return lambda: illustrator.draw("a lighthouse")
