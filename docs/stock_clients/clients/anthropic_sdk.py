"""The Anthropic SDK as it comes."""

from collections.abc import Callable

import pytest
from anthropic import Anthropic

from pytest_ominigate import Ominigate


@pytest.fixture
def client(ominigate: Ominigate) -> Anthropic:
    """The client, with all its defaults."""
    return Anthropic(base_url=ominigate.root_url, api_key=ominigate.api_key)


@pytest.fixture
def ominigate_messages(client: Anthropic) -> Callable[[], str]:
    """One message."""

    def ask() -> str:
        message = client.messages.create(
            model="anthropic/claude-sonnet-4.5", max_tokens=1024, messages=[{"role": "user", "content": "ping"}]
        )
        return "".join(block.text for block in message.content if block.type == "text")

    return ask


@pytest.fixture
def ominigate_messages_stream(client: Anthropic) -> Callable[[], str]:
    """One message, piece by piece."""

    def ask() -> str:
        with client.messages.stream(
            model="anthropic/claude-sonnet-4.5", max_tokens=1024, messages=[{"role": "user", "content": "ping"}]
        ) as stream:
            return "".join(stream.text_stream)

    return ask
