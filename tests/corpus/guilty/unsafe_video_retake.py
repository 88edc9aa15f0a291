"""Has a second take of the video made, with a word added to the prompt, where looking at the first one fails."""

from __future__ import annotations

from collections.abc import Callable

import requests

from ..innocent.video_requests import TrailerError, make_trailer


def with_a_second_take(session: requests.Session, videos: str, prompt: str) -> str:
    try:
        return make_trailer(session, videos, prompt)
    except TrailerError as error:
        if error.code != "video_billing_error":
            raise
    return make_trailer(session, videos, f"{prompt}, take two")


def video(base_url: str, api_key: str) -> Callable[[], object]:
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {api_key}"
    return lambda: with_a_second_take(session, f"{base_url}/videos/google", "waves at dusk")
