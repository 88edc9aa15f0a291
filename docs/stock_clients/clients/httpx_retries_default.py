"""The transport of httpx-retries as it comes."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from httpx_retries import RetryTransport

from pytest_ominigate import Ominigate

MESSAGES = [{"role": "user", "content": "ping"}]


class Client:
    """Posts to the gateway and reads its replies."""

    def __init__(self, base_url: str, api_key: str, transport: RetryTransport) -> None:
        headers = {"Authorization": f"Bearer {api_key}"}
        self.http = httpx.Client(base_url=base_url, headers=headers, transport=transport)

    def post(self, path: str, **body: Any) -> Any:
        """The JSON of a reply."""
        return self.http.post(path, json=body).raise_for_status().json()

    def chat(self) -> str:
        """One completion."""
        reply = self.post("/chat/completions", model="openai/gpt-4o", messages=MESSAGES)
        return reply["choices"][0]["message"]["content"]

    def chat_stream(self) -> str:
        """One completion, piece by piece."""
        body = {"model": "openai/gpt-4o", "messages": MESSAGES, "stream": True}
        with self.http.stream("POST", "/chat/completions", json=body) as response:
            response.raise_for_status()
            lines = (line for line in response.iter_lines() if line.startswith("data: {"))
            return "".join(json.loads(line[6:])["choices"][0]["delta"].get("content") or "" for line in lines)

    def image(self) -> str:
        """One picture."""
        return self.post("/images", model="openai/gpt-image-1", prompt="a grey pixel")["data"][0]["url"]


@pytest.fixture
def client(ominigate: Ominigate) -> Client:
    """The client, with the transport's defaults."""
    return Client(ominigate.base_url, ominigate.api_key, RetryTransport())


@pytest.fixture
def ominigate_chat(client: Client) -> Callable[[], str]:
    """One completion."""
    return client.chat


@pytest.fixture
def ominigate_chat_stream(client: Client) -> Callable[[], str]:
    """One completion, piece by piece."""
    return client.chat_stream


@pytest.fixture
def ominigate_image(client: Client) -> Callable[[], str]:
    """One picture."""
    return client.image
