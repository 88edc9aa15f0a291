"""A service layer on requests with tenacity's decorator; after the last try the client's own error comes out."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests
import tenacity


class ServiceError(Exception):
    def __init__(self, response: requests.Response) -> None:
        self.response = response
        try:
            payload: Any = response.json()
        except requests.JSONDecodeError:
            payload = {}
        error = payload.get("error", {}) if isinstance(payload, dict) else {}
        self.error: dict[str, Any] = error if isinstance(error, dict) else {}
        self.code = self.error.get("code")
        self.param = self.error.get("param")
        self.request_id = response.headers.get("X-Request-Id")
        super().__init__(f"{self.code} ({response.status_code}), request id {self.request_id}")


class RetryableServiceError(ServiceError):
    pass


def raise_for_error(response: requests.Response) -> None:
    if response.ok:
        return
    error = ServiceError(response)
    if error.error.get("type") == "rate_limit_error" or error.code in ("upstream_failed", "internal_error"):
        raise RetryableServiceError(response)
    raise error


class wait_for_gateway(tenacity.wait.wait_base):  # noqa: N801 - tenacity's own naming
    """Full jitter, but never less than the gateway asked for."""

    def __call__(self, retry_state: tenacity.RetryCallState) -> float:
        ceiling = min(30, 2 ** (retry_state.attempt_number - 1))
        wait = random.uniform(0, ceiling)
        failure = retry_state.outcome.exception() if retry_state.outcome else None
        if isinstance(failure, ServiceError):
            wait = max(wait, self.asked(failure.response.headers.get("Retry-After")))
        return wait

    def asked(self, value: str | None) -> float:
        if not value:
            return 0
        if value.isdigit():
            return int(value)
        try:
            return (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            return 0


@tenacity.retry(
    retry=tenacity.retry_if_exception_type(RetryableServiceError),
    wait=wait_for_gateway(),
    stop=tenacity.stop_after_attempt(5),
    reraise=True,
)
def post(session: requests.Session, url: str, body: dict[str, Any]) -> dict[str, Any]:
    response = session.post(url, json=body, timeout=(5, 60))
    raise_for_error(response)
    result: dict[str, Any] = response.json()
    return result


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {api_key}"
    body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "ping"}]}

    def call() -> object:
        return post(session, f"{base_url}/chat/completions", body)["choices"][0]["message"]["content"]

    return call
