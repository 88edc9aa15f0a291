"""Requests and replies of the transports that work without a wire."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import urlsplit

from ..clock import inflight
from ..gateway.wire import Break, WireReply, WireRequest

LOCAL_HOSTS = frozenset(("localhost", "127.0.0.1", "::1"))
_REASONS = {status.value: status.phrase for status in HTTPStatus}


def wire_request(method: str, url: str, headers: Iterable[tuple[object, object]], body: object) -> WireRequest:
    """The record of a request that a client library was about to send.

    Raises:
        TypeError: the body is of a kind that no library sends.
    """
    parts = urlsplit(url)
    path = parts.path or "/"
    return WireRequest(
        method=method,
        target=f"{path}?{parts.query}" if parts.query else path,
        headers=tuple((_text(name), _text(value)) for name, value in headers),
        body=_bytes(body),
        lane=inflight.caller(),
        host=parts.hostname or "",
    )


def framed_headers(reply: WireReply) -> list[tuple[str, str]]:
    """The headers of a reply with what a server adds; the length of a body that breaks off is more than it has."""
    headers = list(reply.headers)
    if reply.streamed:
        if not any(name.lower() == "content-type" for name, _ in headers):
            headers.append(("Content-Type", "text/event-stream; charset=utf-8"))
    elif reply.status != 204:
        length = len(reply.body)
        headers.append(("Content-Length", str(2 * length + 1 if reply.breaks is Break.WITHIN else length)))
    return headers


def reason(status: int) -> str:
    """The phrase that goes with a status; empty for a status that has none."""
    return _REASONS.get(status, "")


def connection_reset() -> ConnectionResetError:
    """What the system says of a connection that was reset."""
    return ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _bytes(body: object) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body)
    if hasattr(body, "read"):
        return _bytes(body.read())
    if isinstance(body, Iterable):
        return b"".join(_bytes(part) for part in body)
    raise TypeError(f"a request body of type {type(body).__name__} cannot be read")
