"""Looks again sooner, not later, when polling has met an error."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ..innocent.video_aiohttp import Renderer, Task


class Eager(Renderer):
    def slower(self, pace: float, task: Task) -> float:
        return 0.25 * 2.0**task.troubles


def video(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    renderer = Eager(base_url, api_key)

    async def call() -> object:
        return await renderer.render("waves at dusk")

    return call
