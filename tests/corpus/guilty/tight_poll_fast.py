"""Looks at the video five times a second."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.video_httpx import Studio


class Hasty(Studio):
    first_pace = 0.2

    def next_pace(self, pace: float) -> float:
        return pace


def video(base_url: str, api_key: str) -> Callable[[], object]:
    studio = Hasty(base_url, api_key)
    return lambda: studio.film("waves at dusk")
