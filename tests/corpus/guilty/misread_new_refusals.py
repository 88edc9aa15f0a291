"""Takes every code it does not know for a passing trouble, whatever its family."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.chat_httpx import ApiProblem, Assistant

LASTING = (
    "invalid_api_key",
    "expired_api_key",
    "invalid_request",
    "invalid_model",
    "missing_parameter",
    "not_found",
    "model_not_found",
    "insufficient_balance",
    "key_daily_limit",
    "key_monthly_limit",
    "account_daily_limit",
    "request_cost_limit",
)


class Optimist(Assistant):
    def should_retry(self, problem: ApiProblem) -> bool:
        return problem.code not in LASTING and (bool(problem.code) or super().should_retry(problem))


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    assistant = Optimist(base_url, api_key)
    return lambda: assistant.complete("ping")
