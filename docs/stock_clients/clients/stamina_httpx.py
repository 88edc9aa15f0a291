"""stamina's decorator round a call of httpx, as its README shows."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import stamina

from pytest_ominigate import Ominigate


@stamina.retry(on=httpx.HTTPError, attempts=3)
def post(http: httpx.Client, url: str, body: dict[str, Any]) -> Any:
    """The JSON of a reply."""
    response = http.post(url, json=body)
    response.raise_for_status()
    return response.json()


@pytest.fixture
def http(ominigate: Ominigate) -> httpx.Client:
    """What makes the requests, with the key."""
    return httpx.Client(headers={"Authorization": f"Bearer {ominigate.api_key}"})


@pytest.fixture
def ominigate_chat(ominigate: Ominigate, http: httpx.Client) -> Callable[[], str]:
    """One completion."""

    def ask() -> str:
        body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "ping"}]}
        reply = post(http, f"{ominigate.base_url}/chat/completions", body)
        return reply["choices"][0]["message"]["content"]

    return ask


@pytest.fixture
def ominigate_image(ominigate: Ominigate, http: httpx.Client) -> Callable[[], str]:
    """One picture."""

    def draw() -> str:
        body = {"model": "openai/gpt-image-1", "prompt": "a grey pixel"}
        return post(http, f"{ominigate.base_url}/images", body)["data"][0]["url"]

    return draw
