"""Hides the vendor's details behind one exception for everything."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.chat_httpx import ApiProblem, Assistant


class AssistantUnavailable(Exception):
    def __init__(self, request_id: str | None, param: str | None) -> None:
        super().__init__(f"the assistant cannot answer (request {request_id}, field {param})")
        self.request_id = request_id
        self.param = param


class VendorNeutral(Assistant):
    def complete(self, prompt: str) -> str:
        try:
            return super().complete(prompt)
        except ApiProblem as problem:
            raise AssistantUnavailable(problem.request_id, problem.param) from None


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    assistant = VendorNeutral(base_url, api_key)
    return lambda: assistant.complete("ping")
