"""Looks at Retry-After after the first failure only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import requests

from ..innocent.gateway_all import Omini, Policy


class Forgetful(Omini):
    looked = False

    def call(self, path: str, policy: Policy, **body: Any) -> dict[str, Any]:
        self.looked = False
        return super().call(path, policy, **body)

    def asked(self, response: requests.Response) -> float:
        if self.looked:
            return 0.0
        self.looked = True
        return super().asked(response)


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    forgetful = Forgetful(base_url, api_key)
    return lambda: forgetful.say("ping")
