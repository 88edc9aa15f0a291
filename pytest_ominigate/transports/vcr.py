"""Catches requests inside the process by vcrpy's patches, for clients with the real address built in.

vcrpy stands below each client's own retries, and knows http.client (so urllib3 and requests), httpx, httpx2, aiohttp
and tornado. It replays whole bodies only, so a body cannot break off half-way here.
"""

from __future__ import annotations

import contextlib
import errno
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from vcr.cassette import Cassette
from vcr.patch import CassettePatcherBuilder
from vcr.record_mode import RecordMode

from ..clock import inflight
from ..gateway.wire import Break, WireReply, WireRequest
from .base import Handler, Transport
from .in_process import LOCAL_HOSTS, connection_reset, framed_headers, reason, wire_request
from .real_host import is_real_gateway
from .vcr_clients import translations

if TYPE_CHECKING:
    from collections.abc import Callable

_NO_NETWORK = frozenset(("MockTransport", "WSGITransport", "ASGITransport"))
"""Classes that vcrpy patches although they open no connection: they are the test's own doing."""


class InexpressibleError(Exception):
    """A reply that this transport cannot carry was asked for."""


class VcrTransport(Transport):
    """Answers ``https://*.ominigate.ai`` in the caller's thread; lets the loopback pass; refuses all other hosts."""

    name: ClassVar[str] = "vcr"
    caveats: ClassVar[frozenset[Break]] = frozenset((Break.WITHIN,))
    catches: ClassVar[str] = "http.client, urllib3, requests, httplib2, httpx, httpx2, aiohttp or tornado"

    def __init__(self) -> None:
        super().__init__()
        self._patches = contextlib.ExitStack()

    def attach(self, handler: Handler) -> None:
        """Put vcrpy's patches in place and let *handler* answer."""
        self.detach()
        super().attach(handler)
        for patcher in CassettePatcherBuilder(_GatewayCassette(self)).build():
            if not _needless(patcher):
                self._patches.enter_context(patcher)
        for owner, method, replacement in translations():
            self._patches.callback(setattr, owner, method, getattr(owner, method))
            setattr(owner, method, replacement)

    def detach(self) -> None:
        """Take the patches away."""
        self._patches.close()
        super().detach()

    def play(self, request: WireRequest) -> WireReply:
        """The handler's reply to one request.

        Raises:
            ConnectionResetError: the reply is a broken connection.
        """
        with inflight.busy():
            reply = self.answer(request)
        if reply.breaks is Break.WITHIN:
            self.errors.append(InexpressibleError("a body that breaks off half-way cannot be carried by vcrpy"))
        if reply.breaks is not Break.NEVER:
            raise connection_reset()
        return reply


class _GatewayCassette(Cassette):  # type: ignore[misc] # vcrpy has no types
    """A cassette that holds nothing and asks the transport.

    It calls itself write-protected, or some versions of vcrpy would connect to the real host before they ask.
    """

    def __init__(self, transport: VcrTransport) -> None:
        super().__init__("ominigate", record_mode=RecordMode.NONE)
        self._transport = transport

    def filter_request(self, request: Any) -> Any:  # noqa: ARG002 - vcrpy's signature
        """Nothing: a request that cannot be played passes unrecorded, in spite of the write protection."""
        return None

    def can_play_response_for(self, request: Any) -> bool:
        """Whether the request is for the gateway; those for the loopback are sent in earnest."""
        host = urlsplit(request.uri).hostname or ""
        if is_real_gateway(host):
            return True
        if host in LOCAL_HOSTS:
            return False
        raise ConnectionRefusedError(
            errno.ECONNREFUSED, f"refused by pytest-ominigate: {host} is not the gateway (transport: vcr)"
        )

    def play_response(self, request: Any) -> dict[str, Any]:
        """The reply in the form that cassettes have."""
        reply = self._transport.play(wire_request(request.method, request.uri, request.headers.items(), request.body))
        headers: dict[str, list[str]] = {}
        for name, value in framed_headers(reply):
            headers.setdefault(name, []).append(value)
        return {
            "status": {"code": reply.status, "message": reason(reply.status)},
            "headers": headers,
            "body": {"string": b"" if request.method == "HEAD" else reply.body},
        }

    def append(self, request: Any, response: Any) -> None:
        """Record nothing."""


def _needless(patcher: Any) -> bool:
    target: Callable[[], object] | None = getattr(patcher, "getter", None)
    return target is not None and getattr(target(), "__name__", "") in _NO_NETWORK
