"""Never stops polling a video whose billing failed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import aiohttp

from ..innocent.video_aiohttp import Renderer, RenderError, Task


class Devoted(Renderer):
    async def look(self, session: aiohttp.ClientSession, task: Task, pace: float) -> float:
        try:
            return await super().look(session, task, pace)
        except RenderError as error:
            if error.code != "video_billing_error":
                raise
            return max(self.slower(pace, task), error.wait)


def video(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    renderer = Devoted(base_url, api_key)

    async def call() -> object:
        return await renderer.render("waves at dusk")

    return call
