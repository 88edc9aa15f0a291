"""What the vcr transport does beyond the contract."""

from __future__ import annotations

import asyncio
import contextvars
import http.client
import io
import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import aiohttp
import httpx
import httpx2
import pytest
import requests
import urllib3
from tornado.simple_httpclient import SimpleAsyncHTTPClient

from pytest_ominigate.clock import inflight
from pytest_ominigate.gateway.wire import Break
from pytest_ominigate.transports.vcr import InexpressibleError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Scripted

REAL = "https://api.ominigate.ai/v1"


def patched() -> list[object]:
    return [
        http.client.HTTPSConnection,
        http.client.HTTPSConnection.__init__,
        urllib3.HTTPSConnectionPool.ConnectionCls,
        urllib3.HTTPSConnectionPool._new_conn,
        httpx.HTTPTransport.handle_request,
        httpx.AsyncHTTPTransport.handle_async_request,
        httpx2.HTTPTransport.handle_request,
        aiohttp.ClientSession._request,
        SimpleAsyncHTTPClient.fetch_impl,
    ]


def test_libraries_are_patched_only_while_a_handler_is_attached(serve, handler: Scripted) -> None:
    before = patched()
    transport = serve("vcr")
    transport.attach(handler)
    assert not any(now is then for now, then in zip(patched(), before, strict=True))

    transport.detach()
    transport.detach()

    assert patched() == before


async def _aiohttp(url: str, **options) -> None:
    async with aiohttp.ClientSession() as session, session.post(url, **options):
        pass


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (requests.post, requests.ConnectionError),
        (httpx.post, httpx.ConnectError),
        (httpx2.post, httpx2.ConnectError),
        (lambda url: asyncio.run(_aiohttp(url)), aiohttp.ClientOSError),
    ],
    ids=["requests", "httpx", "httpx2", "aiohttp"],
)
def test_the_rest_of_the_internet_is_refused(ask, error, serve, handler: Scripted) -> None:
    serve("vcr")

    with pytest.raises(error, match="refused by pytest-ominigate: elsewhere is not the gateway"):
        ask("https://elsewhere/")

    assert handler.requests == []


@pytest.mark.parametrize("get", [requests.get, httpx.get, httpx2.get])
def test_other_servers_on_the_loopback_are_reached(get, serve, server, handler: Scripted) -> None:
    serve("vcr")

    assert get(f"{server.base_url}/chat").json() == {"text": "pong"}
    assert [request.host for request in handler.requests] == ["127.0.0.1"]


def _tornado(url: str) -> SimpleNamespace:
    """What a caller of tornado gets: what its callbacks are given, and the reply or the error."""
    heard = SimpleNamespace(headers=[], pieces=[])

    async def run() -> None:
        client = SimpleAsyncHTTPClient(force_instance=True)
        try:
            future = client.fetch(
                url, raise_error=False, header_callback=heard.headers.append, streaming_callback=heard.pieces.append
            )
            heard.reply = (await asyncio.gather(future, return_exceptions=True))[0]
        finally:
            client.close()

    asyncio.run(run())
    return heard


@pytest.mark.parametrize("transport", ["loopback", "vcr"])
def test_tornado_calls_back(transport: str, serve) -> None:
    url = f"{serve(transport).base_url}/limited"

    heard = _tornado(url)

    assert b"".join(heard.pieces) == b'{"error": {"code": "rate_limited"}}'
    assert heard.headers[0] == "HTTP/1.1 429 Too Many Requests\r\n"
    assert "Retry-After: 20\r\n" in heard.headers
    assert heard.headers[-1] == "\r\n"
    assert (heard.reply.code, heard.reply.body, heard.reply.request.url) == (429, b"", url)


@pytest.mark.parametrize("transport", ["loopback", "vcr"])
def test_tornado_hands_on_a_reset_by_its_future(transport: str, serve) -> None:
    heard = _tornado(f"{serve(transport).base_url}/reset")

    assert isinstance(heard.reply, ConnectionResetError)
    assert heard.pieces == heard.headers == []


def test_tornado_reaches_other_servers_on_the_loopback(serve, server) -> None:
    serve("vcr")

    heard = _tornado(f"{server.base_url}/chat")

    assert (heard.reply.code, b"".join(heard.pieces)) == (200, b'{"text": "pong"}')


def test_tornado_is_refused_elsewhere(serve, handler: Scripted) -> None:
    serve("vcr")

    heard = _tornado("https://elsewhere/")

    assert isinstance(heard.reply, ConnectionRefusedError)
    assert handler.requests == []


@pytest.mark.parametrize("kind", [http.client.HTTPConnection, http.client.HTTPSConnection])
def test_a_class_that_was_bound_early_is_caught(kind: Callable[..., Any], serve, handler: Scripted) -> None:
    serve("vcr")

    connection = kind("api.ominigate.ai", timeout=9)
    connection.request("POST", "/v1/chat", b"{}")

    assert connection.getresponse().read() == b'{"text": "pong"}'
    assert [request.host for request in handler.requests] == ["api.ominigate.ai"]


def test_a_class_that_was_bound_early_reaches_the_loopback(serve, server, handler: Scripted) -> None:
    kind = http.client.HTTPConnection
    serve("vcr")

    connection = kind("127.0.0.1", int(server.root_url.rpartition(":")[2]), timeout=9)
    connection.request("GET", "/v1/chat")

    assert connection.getresponse().read() == b'{"text": "pong"}'
    connection.close()
    assert [request.host for request in handler.requests] == ["127.0.0.1"]


def test_a_transport_of_the_tests_own_is_left_alone(serve, handler: Scripted) -> None:
    serve("vcr")
    mock = httpx.MockTransport(lambda request: httpx.Response(418))

    with httpx.Client(transport=mock) as client:
        assert client.get(f"{REAL}/chat").status_code == 418
    assert handler.requests == []


def test_a_proxy_does_not_stand_between(serve, handler: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    serve("vcr")

    for get in (requests.get, httpx.get, httpx2.get):
        assert get(f"{REAL}/chat").json() == {"text": "pong"}
    assert {request.host for request in handler.requests} == {"api.ominigate.ai"}
    assert {request.target for request in handler.requests} == {"/v1/chat"}


def test_a_break_that_cannot_be_made_is_owned_up_to(serve) -> None:
    transport = serve("vcr")
    assert Break.WITHIN in transport.caveats

    with pytest.raises(requests.ConnectionError):
        requests.post(f"{transport.base_url}/cut")

    [error] = transport.errors
    assert isinstance(error, InexpressibleError)
    transport.errors.clear()


async def _parts():
    yield b'{"q": '
    yield b'"ping"}'


def _form() -> aiohttp.FormData:
    form = aiohttp.FormData()
    form.add_field("image", b"\x89PNG", filename="a.png", content_type="image/png")
    form.add_field("prompt", "a cat")
    return form


@pytest.mark.parametrize(
    ("options", "content_type", "body"),
    [
        (lambda: {"json": {"q": "ping"}}, "application/json", b'{"q": "ping"}'),
        (lambda: {"data": b'{"q": "ping"}'}, None, b'{"q": "ping"}'),
        (lambda: {"data": '{"q": "ping"}'}, "text/plain; charset=utf-8", b'{"q": "ping"}'),
        (lambda: {"data": io.BytesIO(b'{"q": "ping"}')}, "application/octet-stream", b'{"q": "ping"}'),
        (lambda: {"data": _parts()}, "application/octet-stream", b'{"q": "ping"}'),
        (lambda: {"data": {"q": "ping"}}, "application/x-www-form-urlencoded", b"q=ping"),
        (lambda: {"json": {}, "headers": {"Content-Type": "application/x-mine"}}, "application/x-mine", b"{}"),
    ],
    ids=["json", "bytes", "text", "file", "generator", "form", "own-type"],
)
def test_aiohttp_bodies_arrive_as_they_would_be_sent(options, content_type, body: bytes, serve, handler) -> None:
    serve("vcr")

    asyncio.run(_aiohttp(f"{REAL}/chat", **options()))

    [request] = handler.requests
    assert (request.header("content-type"), request.body) == (content_type, body)


def test_an_upload_by_aiohttp_arrives_as_multipart(serve, handler: Scripted) -> None:
    serve("vcr")

    asyncio.run(_aiohttp(f"{REAL}/chat", data=_form()))

    [request] = handler.requests
    boundary = request.header("content-type").partition("boundary=")[2].encode()
    assert request.body.count(b"--" + boundary) == 3
    assert b"\x89PNG" in request.body


def test_the_base_url_of_an_aiohttp_session_counts(serve, handler: Scripted) -> None:
    async def ask() -> object:
        headers = {"Authorization": "Bearer sk-omg-1", "Content-Type": "application/json"}
        async with (
            aiohttp.ClientSession("https://api.ominigate.ai/v1/", headers=headers) as session,
            session.post("chat", json={"q": 1}, params={"n": 2}) as reply,
        ):
            return await reply.json()

    serve("vcr")

    assert asyncio.run(ask()) == {"text": "pong"}
    [request] = handler.requests
    assert (request.target, request.header("authorization")) == ("/v1/chat?n=2", "Bearer sk-omg-1")
    assert json.loads(request.body) == {"q": 1}


@pytest.mark.parametrize(
    "send",
    [
        lambda url: requests.post(url, data=iter([b'{"q": ', b'"ping"}'])),
        lambda url: requests.post(url, data=io.BytesIO(b'{"q": "ping"}')),
        lambda url: requests.post(url, data='{"q": "ping"}'),
        lambda url: httpx.post(url, content=iter([b'{"q": ', b'"ping"}'])),
        lambda url: urllib3.request("POST", url, body='{"q": "ping"}'),
    ],
    ids=["requests-generator", "requests-file", "requests-text", "httpx-generator", "urllib3-text"],
)
def test_bodies_of_other_libraries_arrive_as_they_would_be_sent(send, serve, handler: Scripted) -> None:
    serve("vcr")

    send(f"{REAL}/chat")

    assert handler.requests[0].body == b'{"q": "ping"}'


@pytest.mark.parametrize("name", ["vcr", "responses"])
def test_the_lane_is_that_of_the_calling_context(name: str, serve, handler: Scripted) -> None:
    base_url = serve(name).base_url
    context = contextvars.copy_context()
    context.run(inflight.lane.set, 3)

    context.run(requests.post, f"{base_url}/chat")
    requests.post(f"{base_url}/chat")

    assert [request.lane for request in handler.requests] == [3, None]


def test_threads_that_connect_at_the_same_moment_are_all_answered(serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one makes its connection, vcrpy has the real classes in place: the others must not find them."""

    def look_up(*_: object, **__: object) -> None:
        raise OSError("a real connection was tried")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    serve("vcr")
    ready = threading.Barrier(8, timeout=30)

    def post(_: int) -> int:
        ready.wait()
        return requests.post(f"{REAL}/chat", timeout=60).status_code

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(post, range(8 * 20))) == [200] * (8 * 20)


def test_urllib3_retries_see_the_break(serve, handler: Scripted) -> None:
    serve("vcr")

    retry = urllib3.Retry(2, allowed_methods=None)
    with urllib3.PoolManager() as pool, pytest.raises(urllib3.exceptions.MaxRetryError):
        pool.request("POST", f"{REAL}/reset", retries=retry)

    assert len(handler.requests) == 3


def test_repeated_headers_stay_repeated(serve, handler: Scripted) -> None:
    handler.replies["chat"] = type(handler.replies["chat"])(headers=(("X-Two", "a"), ("X-Two", "b")))
    serve("vcr")

    assert httpx.get(f"{REAL}/chat").headers.get_list("x-two") == ["a", "b"]
