"""What vcrpy leaves open between its cassettes and some client libraries.

It patches httpx and httpx2 above the place where they turn the system's errors into their own, and aiohttp where a
request's body and address are not made yet. The wrappers here go round the patched methods and do what is missing.
"""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING, Any

from .real_host import is_real_gateway

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_OURS = (ConnectionResetError, ConnectionRefusedError)


def translations() -> Iterator[tuple[type, str, Callable[..., Any]]]:
    """Classes of the imported libraries, with a method and what to put in its place after vcrpy's patches."""
    for name in ("httpx", "httpx2"):
        httpx = sys.modules.get(name)
        if httpx is not None:
            transport, async_transport = httpx.HTTPTransport, httpx.AsyncHTTPTransport
            yield transport, "handle_request", _httpx(transport.handle_request, httpx)
            yield async_transport, "handle_async_request", _httpx_async(async_transport.handle_async_request, httpx)
    aiohttp = sys.modules.get("aiohttp")
    if aiohttp is not None:
        yield aiohttp.ClientSession, "_request", _aiohttp(aiohttp.ClientSession._request, aiohttp)


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
