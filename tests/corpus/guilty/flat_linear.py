"""Waits one second more each time instead of twice as long."""

from __future__ import annotations

import random
from collections.abc import Callable

from ..innocent.chat_httpx import ApiProblem, Assistant, server_wish


class Staircase(Assistant):
    max_requests = 5

    def pause(self, number: int, problem: ApiProblem) -> float:
        return max(number + random.uniform(0, 0.2), server_wish(problem.headers) or 0.0)


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    assistant = Staircase(base_url, api_key)
    return lambda: assistant.complete("ping")
