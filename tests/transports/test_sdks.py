"""The stock SDKs over the transports that catch them."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import anthropic
import openai
import pytest

from pytest_ominigate.gateway.wire import Break, WireReply

from .conftest import JSON, Scripted

if TYPE_CHECKING:
    from collections.abc import Iterator

MESSAGES: Any = [{"role": "user", "content": "ping"}]


def _chat(**choice: Any) -> bytes:
    kind = "chat.completion.chunk" if "delta" in choice else "chat.completion"
    return json.dumps(
        {"id": "c", "object": kind, "created": 1, "model": "m", "choices": [{"index": 0, **choice}]}
    ).encode()


COMPLETION = _chat(message={"role": "assistant", "content": "pong"}, finish_reason="stop")
CHUNKS = tuple(b"data: " + _chat(delta={"content": part}, finish_reason=None) + b"\n\n" for part in ("po", "ng"))
MESSAGE = json.dumps(
    {
        "id": "m",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [{"type": "text", "text": "pong"}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }
).encode()
LIMITED = b'{"error": {"type": "rate_limit_error", "code": "rate_limited", "message": "slow down"}}'


class Sdk:
    """One SDK: plain and async alike, without retries of its own."""

    def __init__(self, name: str, root_url: str) -> None:
        self.module: Any = openai if name.startswith("openai") else anthropic
        kind = {
            "openai": openai.OpenAI,
            "openai-async": openai.AsyncOpenAI,
            "anthropic": anthropic.Anthropic,
            "anthropic-async": anthropic.AsyncAnthropic,
        }[name]
        base_url = f"{root_url}/v1" if self.module is openai else root_url
        self.client: Any = kind(base_url=base_url, api_key="sk-omg-test", max_retries=0)
        self.is_async = name.endswith("async")

    def ask(self) -> str:
        return asyncio.run(self._ask_async()) if self.is_async else self._text(self._create())

    def _create(self, **options: Any) -> Any:
        if self.module is openai:
            return self.client.chat.completions.create(model="a/m", messages=MESSAGES, **options)
        return self.client.messages.create(model="a/m", messages=MESSAGES, max_tokens=9, **options)

    def _text(self, reply: Any) -> str:
        self.client.close()
        return reply.choices[0].message.content if self.module is openai else reply.content[0].text

    async def _ask_async(self) -> str:
        async with self.client as client:
            reply = await self._create()
            assert client is self.client
        return reply.choices[0].message.content if self.module is openai else reply.content[0].text


@pytest.fixture(params=["openai", "openai-async", "anthropic", "anthropic-async"])
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(params=["loopback", "vcr"])
def transport(request: pytest.FixtureRequest, serve) -> Any:
    return serve(request.param)


@pytest.fixture
def sdk(name: str, transport) -> Sdk:
    return Sdk(name, transport.root_url)


def answer_with(handler: Scripted, reply: WireReply) -> None:
    handler.replies = dict.fromkeys(("completions", "messages"), reply)


def test_a_call_succeeds(sdk: Sdk, handler: Scripted) -> None:
    body = COMPLETION if sdk.module is openai else MESSAGE
    answer_with(handler, WireReply(headers=JSON, chunks=(body,)))

    assert sdk.ask() == "pong"

    [request] = handler.requests
    assert request.path == ("/v1/chat/completions" if sdk.module is openai else "/v1/messages")
    assert json.loads(request.body)["messages"] == MESSAGES
    assert "sk-omg-test" in (request.header("authorization") or request.header("x-api-key") or "")


def test_an_error_is_raised_with_its_headers_and_body(sdk: Sdk, handler: Scripted) -> None:
    answer_with(handler, WireReply(status=429, headers=(*JSON, ("Retry-After", "20")), chunks=(LIMITED,)))

    with pytest.raises(sdk.module.RateLimitError) as caught:
        sdk.ask()

    assert caught.value.response.headers["retry-after"] == "20"
    assert caught.value.response.headers["x-request-id"] == "req_0001"
    assert caught.value.response.json()["error"]["code"] == "rate_limited"


def test_a_reset_is_a_connection_error(sdk: Sdk, handler: Scripted) -> None:
    answer_with(handler, WireReply(breaks=Break.BEFORE))

    with pytest.raises(sdk.module.APIConnectionError):
        sdk.ask()

    assert len(handler.requests) == 1


@pytest.mark.parametrize("name", ["openai", "openai-async", "anthropic", "anthropic-async"])
def test_a_body_cut_short_is_a_connection_error(name: str, server, handler: Scripted) -> None:
    answer_with(handler, WireReply(headers=JSON, chunks=(COMPLETION[:40],), breaks=Break.WITHIN))
    sdk = Sdk(name, server.root_url)

    with pytest.raises(sdk.module.APIConnectionError):
        sdk.ask()


def pieces(stream: Any) -> Iterator[str]:
    for chunk in stream:
        yield chunk.choices[0].delta.content


@pytest.mark.parametrize("transport", ["loopback", "vcr"], indirect=True)
def test_a_stream_arrives_and_ends(transport, handler: Scripted) -> None:
    answer_with(handler, WireReply(streamed=True, chunks=(*CHUNKS, b"data: [DONE]\n\n")))

    with openai.OpenAI(base_url=transport.base_url, api_key="sk-omg-test", max_retries=0) as client:
        stream = client.chat.completions.create(model="a/m", messages=MESSAGES, stream=True)
        assert list(pieces(stream)) == ["po", "ng"]


def test_a_stream_that_breaks_off_gives_what_came_before(server, handler: Scripted) -> None:
    answer_with(handler, WireReply(streamed=True, chunks=CHUNKS, breaks=Break.WITHIN))

    with openai.OpenAI(base_url=server.base_url, api_key="sk-omg-test", max_retries=0) as client:
        text = pieces(client.chat.completions.create(model="a/m", messages=MESSAGES, stream=True))
        assert [next(text), next(text)] == ["po", "ng"]
        with pytest.raises(openai.APIConnectionError):
            next(text)
