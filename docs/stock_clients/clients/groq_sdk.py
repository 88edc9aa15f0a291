"""The Groq SDK as it comes."""

from collections.abc import Callable

import pytest
from groq import Groq

from pytest_ominigate import Ominigate


@pytest.fixture
def client(ominigate: Ominigate) -> Groq:
    """The client, with all its defaults."""
    return Groq(base_url=ominigate.root_url, api_key=ominigate.api_key)


@pytest.fixture
def ominigate_chat(client: Groq) -> Callable[[], str | None]:
    """One completion."""

    def ask() -> str | None:
        completion = client.chat.completions.create(
            model="openai/gpt-4o", messages=[{"role": "user", "content": "ping"}]
        )
        return completion.choices[0].message.content

    return ask


@pytest.fixture
def ominigate_chat_stream(client: Groq) -> Callable[[], str]:
    """One completion, piece by piece."""

    def ask() -> str:
        stream = client.chat.completions.create(
            model="openai/gpt-4o", messages=[{"role": "user", "content": "ping"}], stream=True
        )
        return "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)

    return ask
