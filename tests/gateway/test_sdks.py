"""The stock SDKs read the gateway's replies without complaint, and its errors as the errors they are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any, cast

import anthropic
import httpx2
import openai
import pytest

from pytest_ominigate.catalogue.model import Catalogue
from pytest_ominigate.gateway import Break, FakeGateway, Fault, WireReply, WireRequest
from pytest_ominigate.timeline import ReplyKind

from .conftest import CHAT, KEY, MESSAGES, ManualClock

ROOT = "http://gateway.test"


class Stream(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """A reply's chunks, and the break after them."""

    def __init__(self, reply: WireReply) -> None:
        self.reply = reply

    def __iter__(self) -> Iterator[bytes]:
        yield from self.reply.chunks
        if self.reply.breaks is Break.WITHIN:
            raise httpx2.RemoteProtocolError("peer closed connection without sending complete message body")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self:
            yield chunk


class Wire:
    """SDK clients wired to a gateway in place of a network."""

    def __init__(self, gateway: FakeGateway) -> None:
        self.gateway = gateway
        transport = httpx2.MockTransport(self._handle)
        self.sync, self.asynchronous = httpx2.Client(transport=transport), httpx2.AsyncClient(transport=transport)
        options: dict[str, Any] = {"api_key": KEY, "max_retries": 0}
        self.openai = openai.OpenAI(base_url=f"{ROOT}/v1", http_client=self.sync, **options)
        self.async_openai = openai.AsyncOpenAI(base_url=f"{ROOT}/v1", http_client=self.asynchronous, **options)
        self.anthropic = anthropic.Anthropic(base_url=ROOT, http_client=self.sync, **options)
        self.async_anthropic = anthropic.AsyncAnthropic(base_url=ROOT, http_client=self.asynchronous, **options)

    def _handle(self, request: httpx2.Request) -> httpx2.Response:
        reply = self.gateway.exchange(
            WireRequest(
                method=request.method,
                target=request.url.raw_path.decode(),
                headers=tuple(request.headers.multi_items()),
                body=request.content,
            )
        )
        if reply.breaks is Break.BEFORE:
            raise httpx2.ReadError("connection reset by peer")
        return httpx2.Response(reply.status, headers=list(reply.headers), stream=Stream(reply))


@pytest.fixture
def wire(catalogue: Catalogue, clock: ManualClock) -> Wire:
    return Wire(FakeGateway(catalogue, clock))


def strict(value: Any) -> None:
    """Hold a reply to the SDK's own model, which the SDK itself does not do."""
    type(value).model_validate(value.model_dump(), strict=True)


def test_openai_reads_a_chat(wire: Wire) -> None:
    completion = wire.openai.chat.completions.create(**cast("Any", CHAT))

    strict(completion)
    assert completion.choices[0].message.content == "pong"
    assert completion.usage is not None
    assert completion.usage.total_tokens == 12
    assert completion._request_id == "req_omg_0001"


def test_openai_reads_a_chat_stream(wire: Wire) -> None:
    body = {**CHAT, "stream": True, "stream_options": {"include_usage": True}}
    chunks = list(wire.openai.chat.completions.create(**cast("Any", body)))

    for chunk in chunks:
        strict(chunk)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "pong"
    assert chunks[-1].usage is not None


def test_openai_reads_a_chat_by_its_stream_helper(wire: Wire) -> None:
    with wire.openai.chat.completions.stream(**cast("Any", CHAT)) as stream:
        completion = stream.get_final_completion()

    assert completion.choices[0].message.content == "pong"
    assert completion.choices[0].finish_reason == "stop"


def test_openai_reads_asynchronously(wire: Wire) -> None:
    async def ask() -> tuple[Any, str]:
        completion = await wire.async_openai.chat.completions.create(**cast("Any", CHAT))
        stream = await wire.async_openai.chat.completions.create(**cast("Any", CHAT), stream=True)
        return completion, "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

    completion, text = asyncio.run(ask())
    assert completion.choices[0].message.content == text == "pong"


def test_openai_reads_images(wire: Wire) -> None:
    made = wire.openai.images.generate(model="openai/gpt-image-1", prompt="a lighthouse", n=2)
    edited = wire.openai.images.edit(model="openai/gpt-image-1", prompt="at night", image=b"\x89PNG", n=1)

    strict(made)
    strict(edited)
    assert made.data is not None
    assert [bool(image.url and image.b64_json) for image in made.data] == [True, True]
    assert edited.data is not None
    assert len(edited.data) == 1
    assert [attempt.operation for attempt in wire.gateway.attempts] == ["image", "image"]


def test_openai_reads_the_models(wire: Wire) -> None:
    listed = [model.id for model in wire.openai.models.list()]

    assert "google/veo-2" in listed
    assert wire.openai.models.retrieve("google/veo-2").owned_by == "google"


def test_anthropic_reads_a_message(wire: Wire) -> None:
    message = wire.anthropic.messages.create(**cast("Any", MESSAGES))

    strict(message)
    (block,) = message.content
    assert block.type == "text"
    assert block.text == "pong"
    assert message.stop_reason == "end_turn"


def test_anthropic_reads_a_message_stream(wire: Wire) -> None:
    events = list(wire.anthropic.messages.create(**cast("Any", MESSAGES), stream=True))

    for event in events:
        strict(event)
    assert [event.type for event in events][-1] == "message_stop"
    with wire.anthropic.messages.stream(**cast("Any", MESSAGES)) as stream:
        assert "".join(stream.text_stream) == "pong"
        assert stream.get_final_message().stop_reason == "end_turn"


def test_anthropic_reads_asynchronously(wire: Wire) -> None:
    async def ask() -> tuple[Any, str]:
        message = await wire.async_anthropic.messages.create(**cast("Any", MESSAGES))
        async with wire.async_anthropic.messages.stream(**cast("Any", MESSAGES)) as stream:
            return message, "".join([text async for text in stream.text_stream])

    message, text = asyncio.run(ask())
    assert message.content[0].text == text == "pong"


def test_anthropic_reads_the_models(wire: Wire) -> None:
    assert "openai/gpt-4o" in [model.id for model in wire.anthropic.models.list()]


def test_the_sdks_read_errors(wire: Wire) -> None:
    wire.gateway.begin([Fault(code="invalid_model"), Fault(code="insufficient_balance")])
    with pytest.raises(openai.BadRequestError) as first:
        wire.openai.chat.completions.create(**cast("Any", CHAT))
    with pytest.raises(anthropic.APIStatusError) as second:
        wire.anthropic.messages.create(**cast("Any", MESSAGES))

    assert (first.value.code, first.value.param, first.value.request_id) == ("invalid_model", "model", "req_omg_0001")
    assert second.value.response.headers["x-request-id"] == "req_omg_0002"
    assert cast("Any", second.value.body)["error"]["code"] == "insufficient_balance"


def test_the_sdks_read_error_events(wire: Wire) -> None:
    fault = Fault(kind=ReplyKind.STREAM_ERROR, code="upstream_failed")
    wire.gateway.begin([fault, fault])
    with pytest.raises(openai.APIError) as first:
        list(wire.openai.chat.completions.create(**cast("Any", CHAT), stream=True))
    with pytest.raises(anthropic.APIError) as second:
        list(wire.anthropic.messages.create(**cast("Any", MESSAGES), stream=True))

    assert first.value.code == "upstream_failed"
    assert "upstream_failed" in str(second.value)


BREAKS = [
    (Fault(kind=ReplyKind.RESET), "reset"),
    (Fault(kind=ReplyKind.CUT), "cut"),
]


@pytest.mark.parametrize(("fault", "kind"), BREAKS)
def test_the_sdks_notice_a_break(wire: Wire, fault: Fault, kind: str) -> None:
    wire.gateway.begin([fault, fault])
    with pytest.raises((openai.APIConnectionError, httpx2.TransportError)):
        list(wire.openai.chat.completions.create(**cast("Any", CHAT), stream=True))
    with pytest.raises((openai.APIConnectionError, httpx2.TransportError)):
        wire.openai.chat.completions.create(**cast("Any", CHAT))

    assert [attempt.reply.kind.value for attempt in wire.gateway.attempts] == [kind, kind]


def test_the_sdks_own_retries_are_counted(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    wire.gateway.begin([Fault(code="upstream_failed", times=None)])
    with pytest.raises(openai.InternalServerError):
        wire.openai.with_options(max_retries=1).chat.completions.create(**cast("Any", CHAT), timeout=5)

    assert [attempt.sdk_retry for attempt in wire.gateway.attempts] == [0, 1]
