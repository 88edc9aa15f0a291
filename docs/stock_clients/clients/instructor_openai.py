"""instructor round the OpenAI SDK."""

from collections.abc import Callable

import instructor
import pytest
from openai import OpenAI
from pydantic import BaseModel

from pytest_ominigate import Ominigate


class Answer(BaseModel):
    """What the model shall fill in."""

    word: str


@pytest.fixture
def ominigate_chat(ominigate: Ominigate) -> Callable[[], str]:
    """One completion, read into a model."""
    ominigate.succeed("chat", '{"word": "pong"}')
    client = instructor.from_openai(
        OpenAI(base_url=ominigate.base_url, api_key=ominigate.api_key), mode=instructor.Mode.JSON
    )

    def ask() -> str:
        answer = client.chat.completions.create(
            model="openai/gpt-4o", response_model=Answer, messages=[{"role": "user", "content": "ping"}]
        )
        return answer.word

    return ask
