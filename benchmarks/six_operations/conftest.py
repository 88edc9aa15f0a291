"""A client for each of the six operations: what ``scale.py`` runs whole suites on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pytest_ominigate import Ominigate
from tests.corpus.innocent import chat_stream_requests, gateway_all, messages_stream_httpx2


@pytest.fixture
def ominigate_chat(ominigate: Ominigate) -> Callable[[], object]:
    """Chats."""
    return gateway_all.chat(ominigate.base_url, ominigate.api_key)


@pytest.fixture
def ominigate_chat_stream(ominigate: Ominigate) -> Callable[[], object]:
    """Chats, piece by piece."""
    return chat_stream_requests.chat_stream(ominigate.base_url, ominigate.api_key)


@pytest.fixture
def ominigate_messages(ominigate: Ominigate) -> Callable[[], object]:
    """Sends messages."""
    return gateway_all.messages(ominigate.base_url, ominigate.api_key)


@pytest.fixture
def ominigate_messages_stream(ominigate: Ominigate) -> Callable[[], object]:
    """Sends messages and reads the replies piece by piece, in an event loop."""
    return messages_stream_httpx2.messages_stream(ominigate.base_url, ominigate.api_key)


@pytest.fixture
def ominigate_image(ominigate: Ominigate) -> Callable[[], object]:
    """Makes pictures."""
    return gateway_all.image(ominigate.base_url, ominigate.api_key)


@pytest.fixture
def ominigate_video(ominigate: Ominigate) -> Callable[[], object]:
    """Makes videos."""
    return gateway_all.video(ominigate.base_url, ominigate.api_key)
