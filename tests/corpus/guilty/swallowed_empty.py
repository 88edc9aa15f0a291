"""Answers with nothing at all where there was an error."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.chat_httpx import ApiProblem, Assistant


class Quiet(Assistant):
    def complete(self, prompt: str) -> str:
        try:
            return super().complete(prompt)
        except ApiProblem:
            return ""


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    assistant = Quiet(base_url, api_key)
    return lambda: assistant.complete("ping")
