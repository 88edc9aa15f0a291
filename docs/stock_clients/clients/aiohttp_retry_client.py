"""aiohttp-retry's client as it comes."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp_retry import RetryClient

from pytest_ominigate import Ominigate

MESSAGES = [{"role": "user", "content": "ping"}]


class Client:
    """Posts to the gateway and reads its replies."""

    def __init__(self, base_url: str, api_key: str) -> None:
        self.base_url = base_url
        self.headers = {"Authorization": f"Bearer {api_key}"}

    async def post(self, path: str, **body: Any) -> Any:
        """The JSON of a reply."""
        async with RetryClient() as client, client.post(self.base_url + path, json=body, headers=self.headers) as reply:
            reply.raise_for_status()
            return await reply.json()

    async def chat(self) -> str:
        """One completion."""
        reply = await self.post("/chat/completions", model="openai/gpt-4o", messages=MESSAGES)
        return reply["choices"][0]["message"]["content"]

    async def chat_stream(self) -> str:
        """One completion, piece by piece."""
        body = {"model": "openai/gpt-4o", "messages": MESSAGES, "stream": True}
        path = f"{self.base_url}/chat/completions"
        async with RetryClient() as client, client.post(path, json=body, headers=self.headers) as reply:
            reply.raise_for_status()
            lines = [line async for line in reply.content if line.startswith(b"data: {")]
            return "".join(json.loads(line[6:])["choices"][0]["delta"].get("content") or "" for line in lines)

    async def image(self) -> str:
        """One picture."""
        return (await self.post("/images", model="openai/gpt-image-1", prompt="a grey pixel"))["data"][0]["url"]


@pytest.fixture
def client(ominigate: Ominigate) -> Client:
    """The client."""
    return Client(ominigate.base_url, ominigate.api_key)


@pytest.fixture
def ominigate_chat(client: Client) -> Callable[[], Awaitable[str]]:
    """One completion."""
    return client.chat


@pytest.fixture
def ominigate_chat_stream(client: Client) -> Callable[[], Awaitable[str]]:
    """One completion, piece by piece."""
    return client.chat_stream


@pytest.fixture
def ominigate_image(client: Client) -> Callable[[], Awaitable[str]]:
    """One picture."""
    return client.image
