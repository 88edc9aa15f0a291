"""A tenacity decorator on the inner call, and the application's own loop round it: three times four requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tenacity

from ..innocent.chat_requests import TRANSIENT, ChatClient, GatewayError

jittered = tenacity.wait_exponential_jitter(initial=1, max=30)


def passing(exc: BaseException) -> bool:
    return isinstance(exc, GatewayError) and exc.code in TRANSIENT


class Layered(ChatClient):
    attempts = 4

    def post(self, payload: dict[str, Any]) -> dict[str, Any]:
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(passing),
            wait=self.wait,
            stop=tenacity.stop_after_attempt(3),
            reraise=True,
        )
        return retrying(super().post, payload)

    def wait(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = self.retry_after(error) if isinstance(error, GatewayError) else 0.0
        return max(jittered(state), asked)


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    client = Layered(base_url, api_key)
    return lambda: client.ask("ping")
