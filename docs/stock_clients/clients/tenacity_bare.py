"""tenacity's decorator as it comes, round a call of requests."""

from collections.abc import Callable
from typing import Any

import pytest
import requests
from tenacity import retry

from pytest_ominigate import Ominigate


@retry
def post(http: requests.Session, url: str, body: dict[str, Any]) -> Any:
    """The JSON of a reply."""
    response = http.post(url, json=body)
    response.raise_for_status()
    return response.json()


@pytest.fixture
def http(ominigate: Ominigate) -> requests.Session:
    """What makes the requests, with the key."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {ominigate.api_key}"
    return session


@pytest.fixture
def ominigate_chat(ominigate: Ominigate, http: requests.Session) -> Callable[[], str]:
    """One completion."""

    def ask() -> str:
        body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "ping"}]}
        reply = post(http, f"{ominigate.base_url}/chat/completions", body)
        return reply["choices"][0]["message"]["content"]

    return ask


@pytest.fixture
def ominigate_image(ominigate: Ominigate, http: requests.Session) -> Callable[[], str]:
    """One picture."""

    def draw() -> str:
        body = {"model": "openai/gpt-image-1", "prompt": "a grey pixel"}
        return post(http, f"{ominigate.base_url}/images", body)["data"][0]["url"]

    return draw
