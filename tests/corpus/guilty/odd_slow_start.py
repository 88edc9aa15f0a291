"""Begins its backoff at ten seconds."""

from __future__ import annotations

import random
from collections.abc import Callable

from ..innocent.chat_httpx import ApiProblem, Assistant, server_wish


class LateRiser(Assistant):
    def pause(self, number: int, problem: ApiProblem) -> float:
        step = min(10.0 * 2.0 ** (number - 1), 30.0)
        return max(step * random.uniform(0.7, 1.0), server_wish(problem.headers) or 0.0)


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    assistant = LateRiser(base_url, api_key)
    return lambda: assistant.complete("ping")
