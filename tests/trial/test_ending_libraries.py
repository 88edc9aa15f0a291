"""What is readable off the exceptions of real HTTP libraries and SDKs, and what they lose."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import aiohttp
import anthropic
import httpx
import httpx2
import openai
import pytest
import requests
import responses
import tenacity
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from pytest_ominigate.gateway.wire import WireReply
from pytest_ominigate.transports.loopback import LoopbackServer

from .endings import BODY, ENVELOPE, HEADERS, KEY, MESSAGE, REQUEST_ID, STATUS, ending_of, raised, readable, where

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

AUTH = {"Authorization": f"Bearer {KEY}"}
ASKED = {"model": "no-such-model", "messages": [{"role": "user", "content": "ping"}]}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = LoopbackServer()
    server.start()
    server.attach(lambda _: WireReply(status=STATUS, headers=tuple(HEADERS.items()), chunks=(BODY,)))
    yield f"{server.base_url}/chat/completions"
    server.detach()
    server.stop()


def with_openai(url: str) -> None:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(STATUS, headers=HEADERS, content=BODY))
    with openai.OpenAI(api_key=KEY, base_url=url, http_client=httpx2.Client(transport=transport)) as sdk:
        sdk.chat.completions.create(model="no-such-model", messages=[{"role": "user", "content": "ping"}])


def with_anthropic(url: str) -> None:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(STATUS, headers=HEADERS, content=BODY))
    with anthropic.Anthropic(api_key=KEY, base_url=url, http_client=httpx2.Client(transport=transport)) as sdk:
        sdk.messages.create(model="no-such-model", max_tokens=9, messages=[{"role": "user", "content": "ping"}])


def with_httpx(url: str) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(STATUS, headers=HEADERS, content=BODY))
    with httpx.Client(transport=transport, headers=AUTH) as http:
        http.post(url, json=ASKED).raise_for_status()


def with_httpx2(url: str) -> None:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(STATUS, headers=HEADERS, content=BODY))
    with httpx2.Client(transport=transport, headers=AUTH) as http:
        http.post(url, json=ASKED).raise_for_status()


def with_requests(url: str) -> None:
    with requests.Session() as session:
        session.post(url, json=ASKED, headers=AUTH).raise_for_status()


def with_responses(url: str) -> None:
    with responses.RequestsMock() as mock:
        mock.post(url, status=STATUS, body=BODY, headers={"X-Request-Id": REQUEST_ID})
        requests.post(url, json=ASKED, headers=AUTH, timeout=9).raise_for_status()


def with_urllib(url: str) -> None:
    request = urllib.request.Request(url, data=json.dumps(ASKED).encode(), headers=AUTH)
    urllib.request.urlopen(request)


class RefusedError(Exception):
    def __init__(self, response: urllib3.BaseHTTPResponse) -> None:
        super().__init__("refused")
        self.response = response


def with_urllib3(url: str) -> None:
    with urllib3.PoolManager() as pool:
        raise RefusedError(pool.request("POST", url, json=ASKED, headers=AUTH))


def with_tenacity(url: str) -> None:
    tenacity.Retrying(stop=tenacity.stop_after_attempt(2))(with_httpx, url)


@pytest.mark.parametrize(
    "call",
    [
        with_openai, with_anthropic, with_httpx, with_httpx2, with_requests, with_responses, with_urllib, with_urllib3,
        with_tenacity,
    ],
)  # fmt: skip
def test_code_request_id_and_param_are_found_and_the_key_is_not(call: Callable[[str], None], url: str) -> None:
    ending = ending_of(raised(lambda: call(url)))

    assert readable(ending) == (True, True, True)
    assert ending.leaks == ()
    assert not ending.reads(KEY)


def test_an_openai_error_has_them_as_attributes(url: str) -> None:
    ending = ending_of(raised(lambda: with_openai(url)))

    assert "exception.code" in where(ending, "invalid_model")
    assert "exception.request_id" in where(ending, REQUEST_ID)
    assert "exception.param" in where(ending, "model")
    assert ending.summary == f"raised openai.BadRequestError: Error code: 400 - {MESSAGE}"


def test_what_an_anthropic_error_knows_stands_in_its_body_and_its_response(url: str) -> None:
    ending = ending_of(raised(lambda: with_anthropic(url)))

    assert "exception.body['error']['code']" in where(ending, "invalid_model")
    assert where(ending, REQUEST_ID) == ["exception.response.headers['x-request-id']"]


@pytest.mark.parametrize("attempts", [1, 2])
def test_a_retrier_that_hides_the_error_still_chains_to_it(attempts: int, url: str) -> None:
    retrying = tenacity.Retrying(stop=tenacity.stop_after_attempt(attempts))

    ending = ending_of(raised(lambda: retrying(with_httpx, url)))

    assert ending.lineage[0] == "tenacity.RetryError"
    assert "from httpx.HTTPStatusError" in ending.lineage
    assert readable(ending) == (True, True, True)


def test_urllib3_retries_lose_code_request_id_and_param(url: str) -> None:
    """The last response is dropped; nothing of it hides in the pool that the exception refers to."""
    retry = Retry(1, status_forcelist=[STATUS], allowed_methods=None)

    def call() -> None:
        with requests.Session() as session:
            session.mount("http://", HTTPAdapter(max_retries=retry))
            session.post(url, json=ASKED, headers=AUTH)

    ending = ending_of(raised(call))

    assert ending.lineage[0] == "requests.exceptions.RetryError"
    assert readable(ending) == (False, False, False)
    assert ending.reads("too many 400 error responses")


def test_a_model_named_in_the_request_is_no_param(url: str) -> None:
    """The request that an exception refers to says what was sent, not what the gateway answered."""

    def call() -> None:
        transport = httpx.MockTransport(lambda _: httpx.Response(STATUS))
        with httpx.Client(transport=transport) as http:
            http.post(url, json={"model": "model"}).raise_for_status()

    assert readable(ending_of(raised(call))) == (False, False, False)


def test_aiohttp_finds_the_request_id_loses_the_code_and_leaks_the_key(url: str) -> None:
    async def call() -> None:
        async with aiohttp.ClientSession(headers=AUTH) as session, session.post(url, json=ASKED) as response:
            response.raise_for_status()

    ending = ending_of(raised(lambda: asyncio.run(call())))

    assert readable(ending) == (False, True, False)
    assert ending.leaks == ("repr(exception)", "exception.args")
    assert not ending.reads(KEY)


def test_an_aiohttp_response_that_was_read_gives_its_body(url: str) -> None:
    class RefusalError(Exception):
        def __init__(self, response: aiohttp.ClientResponse) -> None:
            self.response = response

    async def call() -> None:
        async with aiohttp.ClientSession(headers=AUTH) as session, session.post(url, json=ASKED) as response:
            await response.read()
            raise RefusalError(response)

    ending = ending_of(raised(lambda: asyncio.run(call())))

    assert readable(ending) == (True, True, True)


def test_a_body_that_urllib_has_not_read_is_still_there_for_the_caller(url: str) -> None:
    exc = raised(lambda: with_urllib(url))
    assert isinstance(exc, urllib.error.HTTPError)

    first, second = ending_of(exc), ending_of(exc)

    assert first == second
    assert json.loads(exc.read()) == ENVELOPE
    exc.close()


def test_a_body_that_the_client_has_read_and_dropped_is_lost(url: str) -> None:
    def call() -> None:
        try:
            with_urllib(url)
        except urllib.error.HTTPError as refusal:
            refusal.read()
            raise

    assert readable(ending_of(raised(call))) == (False, True, False)


def test_a_streamed_body_is_not_fetched(url: str) -> None:
    def call() -> None:
        with requests.Session() as session, session.post(url, json=ASKED, stream=True) as response:
            response.raise_for_status()

    assert readable(ending_of(raised(call))) == (False, True, False)
