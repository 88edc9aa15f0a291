"""Reports a failed video by its error alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from ..innocent.video_aiohttp import Renderer, RenderError


class NotRendered(Exception):
    def __init__(self, step: str, error: dict[str, Any]) -> None:
        super().__init__(f"{step} failed: {error.get('code')}")
        self.error = error


class Nameless(Renderer):
    async def render(self, prompt: str) -> str:
        try:
            return await super().render(prompt)
        except RenderError as error:
            raise NotRendered(error.step, error.error) from None


def video(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    renderer = Nameless(base_url, api_key)

    async def call() -> object:
        return await renderer.render("waves at dusk")

    return call
