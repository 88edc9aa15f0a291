"""litellm, told to retry."""

import os
from collections.abc import Callable

import pytest

from pytest_ominigate import Ominigate

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else it fetches a list of prices when it is imported

import litellm


@pytest.fixture
def ominigate_chat(ominigate: Ominigate) -> Callable[[], str]:
    """One completion."""

    def ask() -> str:
        completion = litellm.completion(
            model="openai/openai/gpt-4o",
            messages=[{"role": "user", "content": "ping"}],
            api_base=ominigate.base_url,
            api_key=ominigate.api_key,
            num_retries=3,
        )
        return completion.choices[0].message.content

    return ask


@pytest.fixture
def ominigate_chat_stream(ominigate: Ominigate) -> Callable[[], str]:
    """One completion, piece by piece."""

    def ask() -> str:
        stream = litellm.completion(
            model="openai/openai/gpt-4o",
            messages=[{"role": "user", "content": "ping"}],
            api_base=ominigate.base_url,
            api_key=ominigate.api_key,
            num_retries=3,
            stream=True,
        )
        return "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)

    return ask
