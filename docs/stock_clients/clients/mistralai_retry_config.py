"""The Mistral SDK with the retries that its README shows."""

from collections.abc import Callable

import pytest
from mistralai.client import Mistral
from mistralai.client.utils import BackoffStrategy, RetryConfig

from pytest_ominigate import Ominigate


@pytest.fixture
def client(ominigate: Ominigate) -> Mistral:
    """The client, its retries switched on."""
    retries = RetryConfig("backoff", BackoffStrategy(1, 50, 1.1, 100), False)
    return Mistral(server_url=ominigate.root_url, api_key=ominigate.api_key, retry_config=retries)


@pytest.fixture
def ominigate_chat(client: Mistral) -> Callable[[], object]:
    """One completion."""

    def ask() -> object:
        completion = client.chat.complete(
            model="mistralai/mistral-large", messages=[{"role": "user", "content": "ping"}]
        )
        return completion.choices[0].message.content

    return ask


@pytest.fixture
def ominigate_chat_stream(client: Mistral) -> Callable[[], str]:
    """One completion, piece by piece."""

    def ask() -> str:
        stream = client.chat.stream(model="mistralai/mistral-large", messages=[{"role": "user", "content": "ping"}])
        return "".join(event.data.choices[0].delta.content or "" for event in stream if event.data.choices)

    return ask
