"""A web request handler that waits for the gateway up to half a minute, and otherwise tells its caller at once."""

from __future__ import annotations

import random
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import sleep
from typing import Any

import httpx

TLS = ssl.create_default_context()
PATIENCE = 30.0

Error = dict[str, Any]


class Unavailable(Exception):
    """Carries the gateway's error object, status and headers as they came."""

    def __init__(self, status: int, error: Error, headers: httpx.Headers) -> None:
        self.status, self.error, self.headers = status, error, headers
        code = error.get("code", "unknown")
        super().__init__(f"gateway: {code}, status {status}, request {headers.get('X-Request-Id')}")


def envelope(response: httpx.Response) -> Error:
    try:
        data = response.json()
    except ValueError:
        return {}
    if not isinstance(data, dict) or not isinstance(data.get("error"), dict):
        return {}
    error: Error = data["error"]
    return error


def worth_another(error: Error) -> bool:
    family, code = error.get("type"), error.get("code")
    if family == "rate_limit_error":
        return True
    return code in ("upstream_failed", "internal_error")


def gateway_wait(headers: httpx.Headers) -> float | None:
    value = headers.get("Retry-After")
    if value is None:
        return None
    try:
        return float(int(value)) if int(value) >= 0 else None
    except ValueError:
        pass
    try:
        return (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError):
        return None


def handle(base_url: str, api_key: str, text: str) -> str:
    body = {"model": "google/gemini-2.5-pro", "messages": [{"role": "user", "content": text}]}
    own_wait = 1.0
    with httpx.Client(base_url=base_url, timeout=25, verify=TLS) as http:
        for request in range(5):
            response = http.post("/chat/completions", json=body, headers={"Authorization": f"Bearer {api_key}"})
            if response.status_code == 200:
                return str(response.json()["choices"][0]["message"]["content"])
            error = envelope(response)
            asked = gateway_wait(response.headers)
            hopeless = not worth_another(error) or request == 4
            if hopeless or (asked is not None and asked > PATIENCE):
                break
            # Zero, or a date gone by, means "now": then the gateway is taken at its word.
            sleep(own_wait * random.uniform(0.75, 1.25) if asked is None else max(asked, 0.0))
            own_wait = min(own_wait * 2, 30.0)
    raise Unavailable(response.status_code, error, response.headers)


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    return lambda: handle(base_url, api_key, "ping")
