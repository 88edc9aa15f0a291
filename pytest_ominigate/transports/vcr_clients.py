"""What vcrpy leaves open between its cassettes and some client libraries.

It patches httpx and httpx2 above the place where they turn the system's errors into their own, and aiohttp where a
request's body and address are not made yet. Of tornado it knows no callbacks, and raises errors at once that tornado
hands on by its futures; it replaces http.client's classes where they are named, so not where they were bound early; and
it puts all real classes back for as long as it makes a connection, where other threads find them.
The wrappers here go round the patched methods and do what is missing.
"""

from __future__ import annotations

import copy
import functools
import http.client
import io
import sys
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from vcr.stubs import VCRConnection

from .in_process import LOCAL_HOSTS
from .real_host import is_real_gateway

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_CONNECTIONS = {name: getattr(http.client, name) for name in ("HTTPConnection", "HTTPSConnection")}
_making = threading.RLock()
"""Held while vcrpy has the real classes in place, and by whoever must not find them then."""
_OURS = (ConnectionResetError, ConnectionRefusedError)


def translations() -> Iterator[tuple[type, str, Callable[..., Any]]]:
    """Classes of the imported libraries, with a method and what to put in its place after vcrpy's patches."""
    for name, kind in _CONNECTIONS.items():
        yield kind, "__init__", _bound_early(name, kind)
    for method in ("__init__", "connect"):
        yield VCRConnection, method, _one_by_one(getattr(VCRConnection, method))
    urllib3 = sys.modules.get("urllib3.connectionpool")
    if urllib3 is not None:
        for pool in (urllib3.HTTPConnectionPool, urllib3.HTTPSConnectionPool):
            yield pool, "_new_conn", _one_by_one(pool._new_conn)
    for name in ("httpx", "httpx2"):
        httpx = sys.modules.get(name)
        if httpx is not None:
            transport, async_transport = httpx.HTTPTransport, httpx.AsyncHTTPTransport
            yield transport, "handle_request", _httpx(transport.handle_request, httpx)
            yield async_transport, "handle_async_request", _httpx_async(async_transport.handle_async_request, httpx)
    aiohttp = sys.modules.get("aiohttp")
    if aiohttp is not None:
        yield aiohttp.ClientSession, "_request", _aiohttp(aiohttp.ClientSession._request, aiohttp)
    for name, kind in (("simple_httpclient", "SimpleAsyncHTTPClient"), ("curl_httpclient", "CurlAsyncHTTPClient")):
        tornado = sys.modules.get(f"tornado.{name}")
        if tornado is not None:
            client = getattr(tornado, kind)
            yield client, "fetch_impl", _tornado(client.fetch_impl, sys.modules["tornado.httpclient"])


def _bound_early(name: str, kind: Any) -> Callable[..., None]:
    """The initialiser of a connection class, for whoever has kept the class itself."""
    real = kind.__init__

    @functools.wraps(real)
    def init(connection: Any, *args: Any, **options: Any) -> None:
        with _making:
            named = getattr(http.client, name)
        if named is kind or type(connection) is not kind:
            real(connection, *args, **options)
            return
        connection.__class__ = named
        connection.__init__(*args, **options)

    return init


def _one_by_one(patched: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(patched)
    def in_turn(*args: Any, **options: Any) -> Any:
        with _making:
            return patched(*args, **options)

    return in_turn


def _httpx_error(error: OSError, httpx: Any) -> Exception | None:
    """The library's own form of an error of the cassette; None for an error that is not the cassette's."""
    if type(error) not in _OURS:
        return None
    kind = httpx.ReadError if isinstance(error, ConnectionResetError) else httpx.ConnectError
    made: Exception = kind(str(error))
    return made


def _httpx(patched: Callable[..., Any], httpx: Any) -> Callable[..., Any]:
    @functools.wraps(patched)
    def handle_request(transport: Any, request: Any) -> Any:
        try:
            return patched(transport, request)
        except OSError as error:
            raise _httpx_error(error, httpx) or error from error

    return handle_request


def _httpx_async(patched: Callable[..., Any], httpx: Any) -> Callable[..., Any]:
    @functools.wraps(patched)
    async def handle_async_request(transport: Any, request: Any) -> Any:
        try:
            return await patched(transport, request)
        except OSError as error:
            raise _httpx_error(error, httpx) or error from error

    return handle_async_request


def _aiohttp(patched: Callable[..., Any], aiohttp: Any) -> Callable[..., Any]:
    @functools.wraps(patched)
    async def request(session: Any, method: str, address: Any, **options: Any) -> Any:
        url = session._build_url(address)
        if is_real_gateway(url.host):
            options = await _with_body(session, options, aiohttp)
        try:
            return await patched(session, method, url, **options)
        except OSError as error:
            if type(error) in _OURS:
                raise aiohttp.ClientOSError(*error.args) from error
            raise

    return request


class _Collector:
    """Takes what aiohttp writes of a body."""

    def __init__(self) -> None:
        self.written = b""

    async def write(self, chunk: bytes) -> None:
        self.written += chunk


async def _with_body(session: Any, options: dict[str, Any], aiohttp: Any) -> dict[str, Any]:
    """The options of a request with its body as the bytes that would be sent, and the headers that go with them."""
    data, json = options.get("data"), options.get("json")
    if json is not None and data is None:
        payload = aiohttp.JsonPayload(json, dumps=session.json_serialize)
    elif data is None or isinstance(data, bytes):
        return options
    elif isinstance(data, aiohttp.FormData):
        payload = data()
    else:
        try:
            payload = aiohttp.PAYLOAD_REGISTRY.get(data, disposition=None)
        except aiohttp.payload.LookupError:
            payload = aiohttp.FormData(data)()
    body = _Collector()
    await payload.write(body)
    headers = session._prepare_headers(options.get("headers"))
    for name, value in payload.headers.items():
        headers.setdefault(name, value)
    rest = {name: value for name, value in options.items() if name not in ("data", "json")}
    return {**rest, "data": body.written, "headers": headers}


def _tornado(patched: Callable[..., Any], httpclient: Any) -> Callable[..., Any]:
    @functools.wraps(patched)
    def fetch_impl(client: Any, request: Any, callback: Callable[[Any], object]) -> None:
        if urlsplit(request.url).hostname in LOCAL_HOSTS:
            patched.__wrapped__(client, request, callback)  # type: ignore[attr-defined]  # what vcrpy has wrapped
            return
        bare = copy.copy(request.request)
        bare.header_callback = bare.streaming_callback = None

        def deliver(response: Any) -> None:
            response.request = request.request
            if response.code != _NO_REPLY:
                _call_back(request, response)
            callback(response)

        try:
            patched(client, httpclient._RequestProxy(bare, request.defaults), deliver)
        except OSError as error:
            if type(error) not in _OURS:
                raise
            callback(httpclient.HTTPResponse(request, _NO_REPLY, error=error, request_time=0.0))

    return fetch_impl


_NO_REPLY = 599
"""Tornado's own status for a request that got no reply."""


def _call_back(request: Any, response: Any) -> None:
    """Give the callbacks of a request what they would have got off the wire, the body in one piece."""
    if request.header_callback is not None:
        request.header_callback(f"HTTP/1.1 {response.code} {response.reason}\r\n")
        for name, value in response.headers.get_all():
            request.header_callback(f"{name}: {value}\r\n")
        request.header_callback("\r\n")
    if request.streaming_callback is not None:
        if response.body:
            request.streaming_callback(response.body)
        response.buffer, response._body = io.BytesIO(), None
