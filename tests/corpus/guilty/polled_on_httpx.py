"""Goes on polling a video whose cost has hit the limit."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.video_httpx import POLL, Studio, VideoError


class Watcher(Studio):
    def allowed(self, error: VideoError, table: dict[str, int]) -> int:
        return 4 if table is POLL and error.code == "request_cost_limit" else super().allowed(error, table)


def video(base_url: str, api_key: str) -> Callable[[], object]:
    studio = Watcher(base_url, api_key)
    return lambda: studio.film("waves at dusk")
