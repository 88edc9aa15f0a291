"""LangChain's chat model for OpenAI with LangChain's retries round it."""

from collections.abc import Callable

import pytest
from langchain_core.runnables import Runnable
from langchain_openai import ChatOpenAI

from pytest_ominigate import Ominigate


@pytest.fixture
def model(ominigate: Ominigate) -> Runnable:
    """The chat model, with all its defaults, retried."""
    return ChatOpenAI(model="openai/gpt-4o", base_url=ominigate.base_url, api_key=ominigate.api_key).with_retry()


@pytest.fixture
def ominigate_chat(model: Runnable) -> Callable[[], object]:
    """One completion."""
    return lambda: model.invoke("ping").content


@pytest.fixture
def ominigate_chat_stream(model: Runnable) -> Callable[[], str]:
    """One completion, piece by piece."""
    return lambda: "".join(str(chunk.content) for chunk in model.stream("ping"))
