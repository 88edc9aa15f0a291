"""The OpenAI SDK as it comes."""

from collections.abc import Callable

import pytest
from openai import OpenAI

from pytest_ominigate import Ominigate


@pytest.fixture
def client(ominigate: Ominigate) -> OpenAI:
    """The client, with all its defaults."""
    return OpenAI(base_url=ominigate.base_url, api_key=ominigate.api_key)


@pytest.fixture
def ominigate_chat(client: OpenAI) -> Callable[[], str | None]:
    """One completion."""

    def ask() -> str | None:
        completion = client.chat.completions.create(
            model="openai/gpt-4o", messages=[{"role": "user", "content": "ping"}]
        )
        return completion.choices[0].message.content

    return ask


@pytest.fixture
def ominigate_chat_stream(client: OpenAI) -> Callable[[], str]:
    """One completion, piece by piece."""

    def ask() -> str:
        stream = client.chat.completions.create(
            model="openai/gpt-4o", messages=[{"role": "user", "content": "ping"}], stream=True
        )
        return "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)

    return ask


@pytest.fixture
def ominigate_image(client: OpenAI) -> Callable[[], str | None]:
    """One picture."""

    def draw() -> str | None:
        images = client.images.generate(model="openai/gpt-image-1", prompt="a grey pixel", response_format="url")
        return images.data[0].url if images.data else None

    return draw
