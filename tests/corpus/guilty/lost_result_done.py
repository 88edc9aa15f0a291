"""Hands out no video whose progress could not be looked at once, even if the next look says that it is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..innocent.gateway_all import LOOK, Omini, Policy


class Wary(Omini):
    troubles = 0

    def error(self, response: Any) -> dict[str, Any]:
        self.troubles += 1
        return super().error(response)

    def call(self, path: str, policy: Policy, **body: Any) -> dict[str, Any]:
        self.troubles = 0
        answer = super().call(path, policy, **body)
        if policy is LOOK and self.troubles and answer["status"] == "completed":
            raise LookupError("the progress of this video is uncertain")
        return answer


def video(base_url: str, api_key: str) -> Callable[[], object]:
    wary = Wary(base_url, api_key)
    return lambda: wary.film("waves at dusk")
