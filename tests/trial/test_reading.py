"""What a call returned is read to its end, as its caller would read it."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest
import requests

from pytest_ominigate.collection import scenarios
from pytest_ominigate.transports import make_transport
from pytest_ominigate.trial import Ominigate, Settings, reading

BODY = {"model": "openai/gpt-4o", "stream": True, "messages": [{"role": "user", "content": "ping"}]}


class Stream:
    """As SDKs have it: an iterator of a class of its own, for threads and for event loops."""

    error = "none yet"

    def __init__(self, *pieces: str) -> None:
        self._left = list(pieces)

    def __iter__(self) -> Stream:
        return self

    def __next__(self) -> str:
        if not self._left:
            self.error = "told at the end"
            raise StopIteration
        return self._left.pop(0)

    def __aiter__(self) -> Stream:
        return self

    async def __anext__(self) -> str:
        try:
            return next(self)
        except StopIteration:
            raise StopAsyncIteration from None


def pieces() -> Iterator[str]:
    yield from ("po", "ng")


async def apieces() -> AsyncIterator[str]:
    for piece in pieces():
        yield piece


@pytest.mark.parametrize("value", ["pong", b"pong", ["pong"], {"text": "pong"}, None, io.BytesIO(b"pong"), range(3)])
def test_what_is_whole_is_left_alone(value: object) -> None:
    assert reading.read(value) is value
    assert asyncio.run(reading.aread(value)) is value
    assert not reading.is_unread(value)


@pytest.mark.parametrize("make", [pieces, lambda: iter(["po", "ng"]), lambda: map(str.lower, ["PO", "NG"])])
def test_of_a_plain_iterator_the_pieces_are_kept(make: Callable[[], Iterator[str]]) -> None:
    assert reading.is_unread(make())
    assert reading.read(make()) == asyncio.run(reading.aread(make())) == ["po", "ng"]


def test_of_an_async_one_too() -> None:
    assert reading.is_unread(apieces())
    assert asyncio.run(reading.aread(apieces())) == ["po", "ng"]


def test_a_stream_that_knows_more_at_its_end_is_kept_as_well() -> None:
    for got in (reading.read(Stream("po", "ng")), asyncio.run(reading.aread(Stream("po", "ng")))):
        assert got[:2] == ["po", "ng"]
        assert got[2].error == "told at the end"


def test_a_stream_without_an_end_is_read_for_long_enough() -> None:
    def on_and_on() -> Iterator[str]:
        while True:
            yield "pong"

    async def aon_and_on() -> AsyncIterator[str]:
        while True:
            yield "pong"

    assert len(reading.read(on_and_on())) == len(asyncio.run(reading.aread(aon_and_on()))) == 100_000


def test_what_it_raises_is_what_the_caller_gets() -> None:
    def breaks() -> Iterator[str]:
        yield "po"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        reading.read(breaks())


# -- clients whose callers read ---------------------------------------------------------------------------------------


@pytest.fixture
def ominigate() -> Iterator[Ominigate]:
    with make_transport("loopback") as transport, Ominigate(transport=transport, settings=Settings()) as ominigate:
        yield ominigate


def asked(ominigate: Ominigate) -> dict[str, Any]:
    return {
        "url": f"{ominigate.base_url}/chat/completions",
        "headers": {"Authorization": f"Bearer {ominigate.api_key}", "Connection": "close"},
        "json": BODY,
        "timeout": 60,
    }


def texts(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if line.startswith("data: {"):
            event = json.loads(line.removeprefix("data: "))
            if "error" in event:
                raise RuntimeError(event["error"])
            yield event["choices"][0]["delta"].get("content") or ""


def as_a_generator(ominigate: Ominigate) -> Any:
    def call() -> Iterator[str]:
        with httpx.stream("POST", **asked(ominigate)) as response:
            response.raise_for_status()
            yield from texts(response.iter_lines())

    return call


def as_an_async_generator(ominigate: Ominigate) -> Any:
    async def call() -> AsyncIterator[str]:
        async with httpx.AsyncClient() as http, http.stream("POST", **asked(ominigate)) as response:
            response.raise_for_status()
            async for line in response.aiter_lines():
                for text in texts(iter([line])):
                    yield text

    return call


def as_a_response_of_httpx(ominigate: Ominigate) -> Any:
    def call() -> httpx.Response:
        http = httpx.Client()
        response = http.send(http.build_request("POST", **asked(ominigate)), stream=True)
        response.raise_for_status()
        return response

    return call


def as_an_async_response_of_httpx(ominigate: Ominigate) -> Any:
    async def call() -> httpx.Response:
        http = httpx.AsyncClient()
        response = await http.send(http.build_request("POST", **asked(ominigate)), stream=True)
        response.raise_for_status()
        return response

    return call


def as_a_response_of_requests(ominigate: Ominigate) -> Any:
    def call() -> requests.Response:
        response = requests.post(**asked(ominigate), stream=True)
        response.raise_for_status()
        return response

    return call


@pytest.mark.parametrize(
    "client",
    [
        as_a_generator,
        as_an_async_generator,
        as_a_response_of_httpx,
        as_an_async_response_of_httpx,
        as_a_response_of_requests,
    ],
)
def test_a_stream_that_breaks_is_no_success_for_whoever_reads_it(ominigate: Ominigate, client: Any) -> None:
    for name in ("healthy", "stream_reset"):
        (scenario,) = (each for each in scenarios() if (each.operation, each.id) == ("chat_stream", name))
        result = ominigate.run_scenario(client(ominigate), scenario, nodeid=name)

        assert (result["verdict"], result["reasons"]) == ("pass", [])
        assert not {"truncated-success", "swallowed-error"} & {each["rule"] for each in result["violations"]}


def test_of_what_nobody_read_nothing_is_said(ominigate: Ominigate) -> None:
    """A call by hand returns what the client returned: to read it is up to the test."""
    ominigate.drop_stream("error")

    outcome = ominigate.call(as_a_response_of_requests(ominigate))

    judged = outcome.judge()
    outcome.result.close()
    assert (judged["verdict"], judged["violations"]) == ("inconclusive", [])
    assert judged["reasons"] == [
        "what the call returned was not read to its end: let the function that makes the call read it"
    ]
