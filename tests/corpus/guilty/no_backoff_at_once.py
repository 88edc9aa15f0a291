"""Sends again at once, unless Retry-After forbids it."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.chat_httpx import ApiProblem, Assistant, server_wish


class Breathless(Assistant):
    def pause(self, number: int, problem: ApiProblem) -> float:
        return server_wish(problem.headers) or 0.0


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    assistant = Breathless(base_url, api_key)
    return lambda: assistant.complete("ping")
