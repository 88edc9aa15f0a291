"""Polls a video as fast as the gateway answers."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.gateway_all import CREATE, FETCH, LOOK, Omini


class Spinner(Omini):
    def film(self, prompt: str) -> str:
        task = self.call("/videos/google/create", CREATE, model="google/veo-2", prompt=prompt)["task_id"]
        while self.call("/videos/google/status", LOOK, task_id=task)["status"] != "completed":
            pass
        return str(self.call("/videos/google/result", FETCH, task_id=task)["url"])


def video(base_url: str, api_key: str) -> Callable[[], object]:
    spinner = Spinner(base_url, api_key)
    return lambda: spinner.film("waves at dusk")
