"""Submits a failed video again under 502 only."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.video_httpx import Studio, VideoError


class BadGatewayOnly(Studio):
    def allowed(self, error: VideoError, table: dict[str, int]) -> int:
        return 1 if error.status == 504 else super().allowed(error, table)


def video(base_url: str, api_key: str) -> Callable[[], object]:
    studio = BadGatewayOnly(base_url, api_key)
    return lambda: studio.film("waves at dusk")
