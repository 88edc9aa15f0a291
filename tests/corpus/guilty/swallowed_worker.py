"""Draws in a worker thread that dies of the gateway's errors, while the caller waits two hours for the picture."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable

import requests

from ..innocent.gateway_all import Omini, OminiError


class Studio:
    def __init__(self, base_url: str, api_key: str) -> None:
        self.omini = Omini(base_url, api_key)

    def draw(self, prompt: str) -> str:
        done: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self.work, args=(prompt, done), daemon=True).start()
        try:
            return done.get(timeout=2 * 3600)
        except queue.Empty:
            raise TimeoutError(f"no picture of {prompt!r} after two hours") from None

    def work(self, prompt: str, done: queue.Queue[str]) -> None:
        with contextlib.suppress(OminiError, requests.RequestException):
            done.put(self.omini.draw(prompt))


def image(base_url: str, api_key: str) -> Callable[[], object]:
    studio = Studio(base_url, api_key)
    return lambda: studio.draw("a lighthouse")
