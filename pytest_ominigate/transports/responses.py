"""Catches requests inside the process with ``responses``, for suites and clients built on requests."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

import requests
import responses
from responses.registries import FirstMatchRegistry
from urllib3 import HTTPHeaderDict, HTTPResponse
from urllib3.exceptions import InvalidHeader, MaxRetryError, ProtocolError

from ..clock import inflight
from ..gateway.wire import Break, WireReply
from .base import Handler, Transport
from .in_process import connection_reset, framed_headers, reason, wire_request
from .real_host import is_real_gateway

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from requests.adapters import HTTPAdapter
    from urllib3 import Retry

_LOCAL = ("http://127.0.0.1", "http://localhost")


class ResponsesTransport(Transport):
    """Answers ``https://*.ominigate.ai`` for requests only, in the caller's thread; lets the loopback pass."""

    name: ClassVar[str] = "responses"
    catches: ClassVar[str] = "requests"

    def __init__(self) -> None:
        super().__init__()
        self._mock: GatewayRequestsMock | None = None

    def attach(self, handler: Handler) -> None:
        """Put the patch in place and let *handler* answer."""
        self.detach()
        super().attach(handler)
        self._mock = GatewayRequestsMock(self.answer, passthru_prefixes=_LOCAL)
        self._mock.start()

    def detach(self) -> None:
        """Take the patch away."""
        if self._mock is not None:
            self._mock.stop(allow_assert=False)
            self._mock = None
        super().detach()


class GatewayRequestsMock(responses.RequestsMock):
    """A ``RequestsMock`` that hands every request for the gateway to *handler*, unless a route of the user's fits.

    *also* are prefixes of further addresses that count as the gateway's, such as a loopback server's. Unlike its
    base, it waits between the retries of urllib3's ``Retry``, and resends after a broken connection as ``Retry`` says.
    """

    def __init__(
        self,
        handler: Handler,
        *,
        also: tuple[str, ...] = (),
        passthru_prefixes: tuple[str, ...] = (),
        assert_all_requests_are_fired: bool = False,
    ) -> None:
        self._route = _GatewayRoute(handler, also)
        super().__init__(
            assert_all_requests_are_fired=assert_all_requests_are_fired, passthru_prefixes=passthru_prefixes
        )
        self._registry = _GatewayRegistry(self._route)

    def reset(self) -> None:
        """Forget the user's routes and all calls."""
        super().reset()
        self._registry = _GatewayRegistry(self._route)

    def _on_request(
        self, adapter: HTTPAdapter, request: requests.PreparedRequest, *, retries: Retry | None = None, **kwargs: Any
    ) -> requests.Response:
        if retries is not None:
            # The base class comes back here for each retry it has counted, without having waited.
            _wait(retries, request, self._last_raw(request))
        while True:
            try:
                return super()._on_request(adapter, request, retries=retries, **kwargs)
            except _ResetError as reset:
                retries = _after_reset(retries or adapter.max_retries, request, reset)
            _wait(retries, request)

    def _last_raw(self, request: requests.PreparedRequest) -> Any:
        for call in reversed(self.calls):
            if call.request is request and isinstance(call.response, requests.Response):
                return call.response.raw
        return None


class _GatewayRegistry(FirstMatchRegistry):
    """The user's routes, and behind them the gateway."""

    def __init__(self, route: _GatewayRoute) -> None:
        super().__init__()
        self._route = route

    def find(self, request: requests.PreparedRequest) -> tuple[responses.BaseResponse | None, list[str]]:
        match, reasons = super().find(request)
        if match is None and self._route.matches(request)[0]:
            return self._route, reasons
        return match, reasons


class _GatewayRoute(responses.BaseResponse):
    """Any method, any path of the gateway."""

    def __init__(self, handler: Handler, also: tuple[str, ...]) -> None:
        super().__init__("ANY", "https://api.ominigate.ai/")
        self._handler = handler
        self._also = also

    def matches(self, request: requests.PreparedRequest) -> tuple[bool, str]:
        url = str(request.url)
        if is_real_gateway(urlsplit(url).hostname) or url.startswith(self._also):
            return True, ""
        return False, "not the gateway's host"

    def get_response(self, request: requests.PreparedRequest) -> HTTPResponse:
        with inflight.busy():
            reply = self._handler(
                wire_request(request.method or "GET", str(request.url), request.headers.items(), request.body)
            )
        if reply.breaks is Break.BEFORE:
            raise _ResetError(_broken(), request=request)
        return _http_response(reply, request.method or "GET")


class _ResetError(requests.ConnectionError):
    """The connection broke before any byte of a reply."""


def _broken() -> ProtocolError:
    """What urllib3 makes of a connection that was reset."""
    return ProtocolError("Connection aborted.", connection_reset())


def _after_reset(retries: Retry, request: requests.PreparedRequest, reset: _ResetError) -> Retry:
    """The retries that are left, as urllib3 would count them.

    Raises:
        requests.ConnectionError: there are none, or this request may not be sent again.
    """
    try:
        return retries.increment(request.method, request.path_url, error=_broken(), _stacktrace=reset.__traceback__)
    except (MaxRetryError, ProtocolError) as error:
        raise requests.ConnectionError(error, request=request) from error


def _wait(retries: Retry, request: requests.PreparedRequest, raw: Any = None) -> None:
    """Wait as urllib3 would before the next request, after the response *raw* if there was one.

    Raises:
        requests.exceptions.InvalidHeader: its Retry-After cannot be read; in place of urllib3's own error, as the
            adapter would have it.
    """
    try:
        retries.sleep(raw)
    except InvalidHeader as error:
        raise requests.exceptions.InvalidHeader(error, request=request) from error


def _http_response(reply: WireReply, method: str) -> HTTPResponse:
    headers = HTTPHeaderDict()
    for name, value in framed_headers(reply):
        headers.add(name, value)
    chunks = () if method == "HEAD" else reply.chunks
    kind = _Stream if reply.streamed else HTTPResponse
    return kind(
        body=_Body(chunks, broken=reply.breaks is Break.WITHIN and reply.streamed),
        headers=headers,
        status=reply.status,
        reason=reason(reply.status),
        preload_content=False,
        request_method=method,
    )


class _Stream(HTTPResponse):
    """A response of unknown length: hands on what has arrived, as a chunked one does, instead of waiting for more."""

    def __init__(self, body: _Body, **options: Any) -> None:
        super().__init__(body, **options)
        self._arriving = body

    def stream(self, amt: int | None = 65536, decode_content: bool | None = None) -> Iterator[bytes]:  # type: ignore[override]
        """The pieces of the body, each of *amt* bytes at most.

        Raises:
            ProtocolError: the body broke off.
        """
        del decode_content  # nothing is encoded here
        try:
            while piece := self._arriving.read(-1 if amt is None else amt):
                yield piece
        except OSError as error:
            raise ProtocolError("Response ended prematurely") from error
        finally:
            self.close()


class _Body(io.RawIOBase):
    """A body that arrives chunk by chunk, and may break off after the last of them."""

    def __init__(self, chunks: Iterable[bytes], *, broken: bool) -> None:
        self._chunks = [chunk for chunk in reversed(tuple(chunks)) if chunk]
        self._broken = broken

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._chunks:
            if self._broken:
                raise connection_reset()
            return 0
        chunk = self._chunks.pop()
        count = min(len(chunk), len(buffer))
        buffer[:count] = chunk[:count]
        if count < len(chunk):
            self._chunks.append(chunk[count:])
        return count
