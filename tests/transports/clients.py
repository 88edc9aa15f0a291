"""One small client for each HTTP library: sends one request and reads all of the reply."""

from __future__ import annotations

import asyncio
import http.client
import io
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp
import httplib2
import httpx
import httpx2
import requests
import tornado.httpclient
import tornado.simple_httpclient
import urllib3

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TIMEOUT = 20
"""Seconds after which a client that gets no answer gives up, so that a broken server fails a test."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the client read."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A library under its name, with the errors it raises for a connection that breaks."""

    name: str
    send: Callable[[str, str, bytes], Answer]
    """Method, URL and body to the answer."""
    reset: type[Exception]
    """Raised where the connection is reset before the reply."""
    cut: type[Exception]
    """Raised where the body breaks off."""
    transports: frozenset[str] = field(default_factory=lambda: frozenset(("loopback", "vcr")))


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _requests(method: str, url: str, body: bytes) -> Answer:
    with requests.Session() as session:
        reply = session.request(method, url, data=body, headers={"X-Client": "requests"}, timeout=TIMEOUT)
        return Answer(status=reply.status_code, headers=_lower(reply.headers), body=reply.content)


def _urllib3(method: str, url: str, body: bytes) -> Answer:
    with urllib3.PoolManager(retries=False, timeout=TIMEOUT) as pool:
        reply = pool.request(method, url, body=body, headers={"X-Client": "urllib3"})
        return Answer(status=reply.status, headers=_lower(reply.headers), body=reply.data)


def _http_client(method: str, url: str, body: bytes) -> Answer:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=TIMEOUT)
    try:
        connection.request(method, url.partition(parts.netloc)[2], body, {"X-Client": "http.client"})
        reply = connection.getresponse()
        return Answer(status=reply.status, headers=_lower(reply.headers), body=reply.read())
    finally:
        connection.close()


def _urllib(method: str, url: str, body: bytes) -> Answer:
    request = urllib.request.Request(url, data=body, method=method, headers={"X-Client": "urllib"})
    try:
        reply = urllib.request.urlopen(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        reply = error
    with reply:
        return Answer(status=reply.status, headers=_lower(reply.headers), body=reply.read())


def _httpx_like(library: Any) -> Callable[[str, str, bytes], Answer]:
    def send(method: str, url: str, body: bytes) -> Answer:
        with library.Client(timeout=TIMEOUT) as client:
            reply = client.request(method, url, content=body, headers={"X-Client": library.__name__})
            return Answer(status=reply.status_code, headers=_lower(reply.headers), body=reply.content)

    return send


def _httpx_like_async(library: Any) -> Callable[[str, str, bytes], Answer]:
    async def run(method: str, url: str, body: bytes) -> Answer:
        async with library.AsyncClient(timeout=TIMEOUT) as client:
            reply = await client.request(method, url, content=body, headers={"X-Client": library.__name__})
            return Answer(status=reply.status_code, headers=_lower(reply.headers), body=reply.content)

    return lambda method, url, body: asyncio.run(run(method, url, body))


def _aiohttp(method: str, url: str, body: bytes) -> Answer:
    async def run() -> Answer:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(TIMEOUT)) as session,
            session.request(method, url, data=io.BytesIO(body), headers={"X-Client": "aiohttp"}) as reply,
        ):
            return Answer(status=reply.status, headers=_lower(reply.headers), body=await reply.read())

    return asyncio.run(run())


def _httplib2(method: str, url: str, body: bytes) -> Answer:
    http = httplib2.Http(timeout=TIMEOUT)
    try:
        reply, content = http.request(url, method, body, {"X-Client": "httplib2"})
        return Answer(status=reply.status, headers=_lower(reply), body=content)
    finally:
        http.close()


def _tornado(method: str, url: str, body: bytes) -> Answer:
    async def run() -> Answer:
        client = tornado.simple_httpclient.SimpleAsyncHTTPClient(force_instance=True)
        try:
            reply = await client.fetch(
                url,
                raise_error=False,
                method=method,
                body=body or None,
                headers={"X-Client": "tornado"},
                allow_nonstandard_methods=True,
                request_timeout=TIMEOUT,
            )
        finally:
            client.close()
        return Answer(status=reply.code, headers=_lower(reply.headers), body=reply.body)

    return asyncio.run(run())


CLIENTS = (
    Client(
        name="requests",
        send=_requests,
        reset=requests.ConnectionError,
        cut=requests.exceptions.ChunkedEncodingError,
        transports=frozenset(("loopback", "vcr", "responses")),
    ),
    Client(
        name="urllib3",
        send=_urllib3,
        reset=urllib3.exceptions.ProtocolError,
        cut=urllib3.exceptions.ProtocolError,
    ),
    Client(name="http.client", send=_http_client, reset=ConnectionResetError, cut=http.client.IncompleteRead),
    Client(name="urllib", send=_urllib, reset=ConnectionResetError, cut=http.client.IncompleteRead),
    Client(name="httpx", send=_httpx_like(httpx), reset=httpx.ReadError, cut=httpx.RemoteProtocolError),
    Client(name="httpx-async", send=_httpx_like_async(httpx), reset=httpx.ReadError, cut=httpx.RemoteProtocolError),
    Client(name="httpx2", send=_httpx_like(httpx2), reset=httpx2.ReadError, cut=httpx2.RemoteProtocolError),
    Client(name="httpx2-async", send=_httpx_like_async(httpx2), reset=httpx2.ReadError, cut=httpx2.RemoteProtocolError),
    Client(name="httplib2", send=_httplib2, reset=ConnectionResetError, cut=http.client.IncompleteRead),
    Client(name="tornado", send=_tornado, reset=ConnectionResetError, cut=tornado.httpclient.HTTPError),
    Client(name="aiohttp", send=_aiohttp, reset=aiohttp.ClientOSError, cut=aiohttp.ClientPayloadError),
)
