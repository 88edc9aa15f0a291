"""tenacity without a stop: an outage of the gateway becomes an outage of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import requests
import tenacity

from ..innocent.chat_tenacity import RetryableServiceError, raise_for_error, wait_for_gateway


@tenacity.retry(retry=tenacity.retry_if_exception_type(RetryableServiceError), wait=wait_for_gateway(), reraise=True)
def post(session: requests.Session, url: str, body: dict[str, Any]) -> dict[str, Any]:
    response = session.post(url, json=body, timeout=60)
    raise_for_error(response)
    result: dict[str, Any] = response.json()
    return result


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {api_key}"
    body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "ping"}]}
    return lambda: post(session, f"{base_url}/chat/completions", body)["choices"][0]["message"]["content"]
