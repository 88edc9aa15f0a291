"""litellm's functions with their defaults."""

import os
from collections.abc import Callable
from typing import Any

import pytest

from pytest_ominigate import Ominigate

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else it fetches a list of prices when it is imported

import litellm


@pytest.fixture
def through_openai(ominigate: Ominigate) -> dict[str, Any]:
    """What a call by way of the openai provider takes."""
    return {"api_base": ominigate.base_url, "api_key": ominigate.api_key}


@pytest.fixture
def through_anthropic(ominigate: Ominigate) -> dict[str, Any]:
    """What a call by way of the anthropic provider takes."""
    return {"api_base": ominigate.root_url, "api_key": ominigate.api_key}


def whole(stream: Any) -> str:
    """The text of a stream."""
    return "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)


@pytest.fixture
def ominigate_chat(through_openai: dict[str, Any]) -> Callable[[], str]:
    """One completion."""

    def ask() -> str:
        completion = litellm.completion(
            model="openai/openai/gpt-4o", messages=[{"role": "user", "content": "ping"}], **through_openai
        )
        return completion.choices[0].message.content

    return ask


@pytest.fixture
def ominigate_chat_stream(through_openai: dict[str, Any]) -> Callable[[], str]:
    """One completion, piece by piece."""
    return lambda: whole(
        litellm.completion(
            model="openai/openai/gpt-4o", messages=[{"role": "user", "content": "ping"}], stream=True, **through_openai
        )
    )


@pytest.fixture
def ominigate_messages(through_anthropic: dict[str, Any]) -> Callable[[], str]:
    """One message."""

    def ask() -> str:
        message = litellm.completion(
            model="anthropic/anthropic/claude-sonnet-4.5",
            messages=[{"role": "user", "content": "ping"}],
            **through_anthropic,
        )
        return message.choices[0].message.content

    return ask


@pytest.fixture
def ominigate_messages_stream(through_anthropic: dict[str, Any]) -> Callable[[], str]:
    """One message, piece by piece."""
    return lambda: whole(
        litellm.completion(
            model="anthropic/anthropic/claude-sonnet-4.5",
            messages=[{"role": "user", "content": "ping"}],
            stream=True,
            **through_anthropic,
        )
    )


@pytest.fixture
def ominigate_image(through_openai: dict[str, Any]) -> Callable[[], str | None]:
    """One picture."""

    def draw() -> str | None:
        images = litellm.image_generation(model="openai/openai/gpt-image-1", prompt="a grey pixel", **through_openai)
        return images.data[0].url or images.data[0].b64_json

    return draw
