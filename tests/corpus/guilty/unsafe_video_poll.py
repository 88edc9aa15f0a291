"""Starts the whole video over when looking at it fails, instead of looking again."""

from __future__ import annotations

from collections.abc import Callable

import requests

from ..innocent.video_requests import TrailerError, await_completion, download, submit


def make_trailer(session: requests.Session, videos: str, prompt: str) -> str:
    ticket = submit(session, videos, prompt)
    try:
        await_completion(session, videos, ticket)
    except TrailerError as error:
        if error.code != "upstream_failed":
            raise
        ticket = submit(session, videos, prompt)
        await_completion(session, videos, ticket)
    return download(session, videos, ticket)


def video(base_url: str, api_key: str) -> Callable[[], object]:
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {api_key}"
    return lambda: make_trailer(session, f"{base_url}/videos/google", "waves at dusk")
