"""Takes a failed billing of a finished video for a failed video, and orders another."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.video_httpx import Studio, VideoError


class Resubmitter(Studio):
    def film(self, prompt: str) -> str:
        try:
            return super().film(prompt)
        except VideoError as error:
            if error.code != "video_billing_error":
                raise
            return super().film(prompt)

    def allowed(self, error: VideoError, table: dict[str, int]) -> int:
        return 1 if error.code == "video_billing_error" else super().allowed(error, table)


def video(base_url: str, api_key: str) -> Callable[[], object]:
    studio = Resubmitter(base_url, api_key)
    return lambda: studio.film("waves at dusk")
