"""An agent of Pydantic AI on its two models."""

from collections.abc import Awaitable, Callable

import pytest
from pydantic_ai import Agent
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider

from pytest_ominigate import Ominigate


@pytest.fixture
def on_openai(ominigate: Ominigate) -> Agent:
    """An agent that speaks the OpenAI form."""
    provider = OpenAIProvider(base_url=ominigate.base_url, api_key=ominigate.api_key)
    return Agent(OpenAIChatModel("openai/gpt-4o", provider=provider))


@pytest.fixture
def on_anthropic(ominigate: Ominigate) -> Agent:
    """An agent that speaks the Anthropic form."""
    provider = AnthropicProvider(base_url=ominigate.root_url, api_key=ominigate.api_key)
    return Agent(AnthropicModel("anthropic/claude-sonnet-4.5", provider=provider))


def asking(agent: Agent) -> Callable[[], Awaitable[str]]:
    """One run of the agent."""

    async def ask() -> str:
        return (await agent.run("ping")).output

    return ask


def streaming(agent: Agent) -> Callable[[], Awaitable[str]]:
    """One run of the agent, piece by piece."""

    async def ask() -> str:
        async with agent.run_stream("ping") as result:
            return "".join([piece async for piece in result.stream_text(delta=True)])

    return ask


@pytest.fixture
def ominigate_chat(on_openai: Agent) -> Callable[[], Awaitable[str]]:
    """One completion."""
    return asking(on_openai)


@pytest.fixture
def ominigate_chat_stream(on_openai: Agent) -> Callable[[], Awaitable[str]]:
    """One completion, piece by piece."""
    return streaming(on_openai)


@pytest.fixture
def ominigate_messages(on_anthropic: Agent) -> Callable[[], Awaitable[str]]:
    """One message."""
    return asking(on_anthropic)


@pytest.fixture
def ominigate_messages_stream(on_anthropic: Agent) -> Callable[[], Awaitable[str]]:
    """One message, piece by piece."""
    return streaming(on_anthropic)
