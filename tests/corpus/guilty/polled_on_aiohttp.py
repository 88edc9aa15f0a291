"""Treats every spending limit met while polling as a hiccup."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ..innocent.video_aiohttp import Renderer


class Follower(Renderer):
    polls_again = (*Renderer.polls_again, "request_cost_limit")


def video(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    renderer = Follower(base_url, api_key)

    async def call() -> object:
        return await renderer.render("waves at dusk")

    return call
