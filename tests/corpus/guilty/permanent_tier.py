"""Submits a video again whose tier does not exist."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.video_httpx import Studio, VideoError


class Upgrader(Studio):
    def allowed(self, error: VideoError, table: dict[str, int]) -> int:
        return 3 if error.code == "video_tier_not_found" else super().allowed(error, table)


def video(base_url: str, api_key: str) -> Callable[[], object]:
    studio = Upgrader(base_url, api_key)
    return lambda: studio.film("waves at dusk")
