"""LangChain's chat model for OpenAI as it comes."""

from collections.abc import Callable

import pytest
from langchain_openai import ChatOpenAI

from pytest_ominigate import Ominigate


@pytest.fixture
def model(ominigate: Ominigate) -> ChatOpenAI:
    """The chat model, with all its defaults."""
    return ChatOpenAI(model="openai/gpt-4o", base_url=ominigate.base_url, api_key=ominigate.api_key)


@pytest.fixture
def ominigate_chat(model: ChatOpenAI) -> Callable[[], object]:
    """One completion."""
    return lambda: model.invoke("ping").content


@pytest.fixture
def ominigate_chat_stream(model: ChatOpenAI) -> Callable[[], str]:
    """One completion, piece by piece."""
    return lambda: "".join(str(chunk.content) for chunk in model.stream("ping"))
