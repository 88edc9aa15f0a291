"""Submits a video six times."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.video_httpx import Studio, VideoError


class Submitter(Studio):
    def allowed(self, error: VideoError, table: dict[str, int]) -> int:
        return (
            6 if error.code in ("video_generation_failed", "video_task_id_missing") else super().allowed(error, table)
        )


def video(base_url: str, api_key: str) -> Callable[[], object]:
    studio = Submitter(base_url, api_key)
    return lambda: studio.film("waves at dusk")
