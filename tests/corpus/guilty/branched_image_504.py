"""Takes every 504 for the timeout of an image, whatever its code."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.image_requests import Illustrator, ImageError


class TimeoutWary(Illustrator):
    def allowed(self, error: ImageError) -> int:
        return 1 if error.status == 504 else super().allowed(error)


def image(base_url: str, api_key: str) -> Callable[[], object]:
    illustrator = TimeoutWary(base_url, api_key)
    return lambda: illustrator.draw("a lighthouse")
