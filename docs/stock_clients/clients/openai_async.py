"""The asynchronous client of the OpenAI SDK as it comes."""

from collections.abc import Awaitable, Callable

import pytest
from openai import AsyncOpenAI

from pytest_ominigate import Ominigate


@pytest.fixture
def client(ominigate: Ominigate) -> AsyncOpenAI:
    """The client, with all its defaults."""
    return AsyncOpenAI(base_url=ominigate.base_url, api_key=ominigate.api_key)


@pytest.fixture
def ominigate_chat(client: AsyncOpenAI) -> Callable[[], Awaitable[str | None]]:
    """One completion."""

    async def ask() -> str | None:
        completion = await client.chat.completions.create(
            model="openai/gpt-4o", messages=[{"role": "user", "content": "ping"}]
        )
        return completion.choices[0].message.content

    return ask


@pytest.fixture
def ominigate_chat_stream(client: AsyncOpenAI) -> Callable[[], Awaitable[str]]:
    """One completion, piece by piece."""

    async def ask() -> str:
        stream = await client.chat.completions.create(
            model="openai/gpt-4o", messages=[{"role": "user", "content": "ping"}], stream=True
        )
        return "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])

    return ask


@pytest.fixture
def ominigate_image(client: AsyncOpenAI) -> Callable[[], Awaitable[str | None]]:
    """One picture."""

    async def draw() -> str | None:
        images = await client.images.generate(model="openai/gpt-image-1", prompt="a grey pixel", response_format="url")
        return images.data[0].url if images.data else None

    return draw
