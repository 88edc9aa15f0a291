"""Does not submit again a video that came without a task id."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.video_httpx import Studio, VideoError


class Literal(Studio):
    def allowed(self, error: VideoError, table: dict[str, int]) -> int:
        return 1 if error.code == "video_task_id_missing" else super().allowed(error, table)


def video(base_url: str, api_key: str) -> Callable[[], object]:
    studio = Literal(base_url, api_key)
    return lambda: studio.film("waves at dusk")
