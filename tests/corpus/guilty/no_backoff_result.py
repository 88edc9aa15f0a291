"""Waits before it looks again at a video that is being made, but fetches its result in a tight loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import requests

from ..innocent.video_requests import LOOK_AGAIN, TrailerError, await_completion, post, submit


def download(session: requests.Session, videos: str, ticket: dict[str, Any]) -> str:
    for left in (3, 2, 1, 0):
        try:
            return str(post(session, f"{videos}/result", ticket)["url"])
        except TrailerError as error:
            if not left or not error.is_one_of(LOOK_AGAIN) or error.retry_after:
                raise
    raise AssertionError("not reached")


def make_trailer(session: requests.Session, videos: str, prompt: str) -> str:
    ticket = submit(session, videos, prompt)
    await_completion(session, videos, ticket)
    return download(session, videos, ticket)


def video(base_url: str, api_key: str) -> Callable[[], object]:
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {api_key}"
    return lambda: make_trailer(session, f"{base_url}/videos/google", "waves at dusk")
