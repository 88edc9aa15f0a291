"""Renders a second video when fetching the first one fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ..innocent.video_aiohttp import Renderer, RenderError


class Reshooter(Renderer):
    async def render(self, prompt: str) -> str:
        try:
            return await super().render(prompt)
        except RenderError as error:
            if error.step != "result" or error.code != "internal_error":
                raise
        await self.rest(1.0)
        return await super().render(prompt)


def video(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    renderer = Reshooter(base_url, api_key)

    async def call() -> object:
        return await renderer.render("waves at dusk")

    return call
