"""HTTP/1.1 as the server speaks it, without any socket: bytes in, requests out; replies in, bytes out.

Requests are parsed by h11. Replies are written here, since h11 takes longer for that than for all the rest.
"""

from __future__ import annotations

import copy
import re
import sys
from enum import Enum
from http import HTTPStatus

import h11

from ..gateway.wire import Break, WireReply

_LARGEST_HEAD = 256 * 1024
_MOST_KNOWN = 512
_REASONS = {status.value: status.phrase for status in HTTPStatus}
_HOST = re.compile(rb"(?<=\r\nHost: )[\w.:\[\]-]+(?=\r\n)", re.IGNORECASE)
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class After(Enum):
    """What becomes of the connection once the bytes are sent."""

    KEEP = "keep"
    FINISH = "finish"
    """Say that no more will come (FIN) and go on reading until the client closes, so that it can read all of it."""
    RESET = "reset"
    """Reset (RST) at once."""


class Malformed(Exception):  # noqa: N818 - names what the request is
    """The client sent something that is no HTTP/1.1. ``status`` is the answer it deserves."""

    def __init__(self, reason: str, status: int) -> None:
        super().__init__(reason)
        self.status = status


class Head:
    """What a request says before its body."""

    __slots__ = ("authority", "headers", "keep", "length", "method", "target", "version")

    def __init__(self, request: h11.Request, *, keep: bool) -> None:
        self.method = request.method.decode("ascii")
        self.target = request.target.decode("latin-1")
        self.headers = tuple(
            (name.decode("ascii"), value.decode("latin-1")) for name, value in request.headers.raw_items()
        )
        self.version = request.http_version
        self.keep = keep
        """Whether the client would send more on the same connection."""
        named = dict(request.headers)
        self.length: int | None = int(named.get(b"content-length", b"0"))
        """The length of the body; None where it takes more than counting to find its end."""
        if b"transfer-encoding" in named or b"expect" in named:
            self.length = None
        self.authority = named.get(b"host", b"").decode("latin-1")
        """The header ``Host``."""

    @property
    def host(self) -> str:
        """The host without its port."""
        name, _, port = self.authority.rpartition(":")
        return name if name and port.isdigit() else self.authority

    def sent_to(self, authority: str) -> Head:
        """The same, but for the header ``Host``."""
        if authority == self.authority:
            return self
        other = copy.copy(self)
        other.authority = authority
        other.headers = tuple((name, authority if name.lower() == "host" else value) for name, value in self.headers)
        return other


class Http1:
    """The requests of one connection.

    *known* are the heads that h11 has parsed before, by their bytes without the host's: a client's requests mostly
    begin alike, if at another port in each test, and what was parsed once need not be parsed again. Connections may
    share it. *largest* is how many bytes a request may have.
    """

    def __init__(self, known: dict[bytes, Head] | None = None, *, largest: int = sys.maxsize) -> None:
        self.closed = False
        """Whether the client has sent all it will ever send, and all of it has been pulled."""
        self._known = {} if known is None else known
        self._largest = largest
        self._taken = 0
        """How many bytes have come since the last whole request."""
        self._buffer = bytearray()
        self._ended = False
        self._head: Head | None = None
        """A head found among the known ones, whose body is awaited."""
        self._parser: h11.Connection | None = None
        """At work on a request whose head is not known."""
        self._key = b""
        """The head that the parser is at, as the known ones are named; nothing where it has not come as a whole."""
        self._request: h11.Request | None = None
        self._body: list[bytes] = []
        self._continued = False

    def feed(self, data: bytes) -> None:
        """Take what was received; nothing means that the client will send no more."""
        self._taken += len(data)
        if self._parser is not None:
            self._parser.receive_data(data)
        elif data:
            self._buffer += data
        else:
            self._ended = True

    def pull(self) -> tuple[Head, bytes] | bytes | None:
        """The next whole request, or bytes that must be sent before the client goes on, or None: more is needed.

        Raises:
            Malformed: this cannot be understood, or is too long; the connection is of no further use.
        """
        if self._taken > self._largest:
            raise Malformed("the request is too long", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if self._parser is None:
            if not self._buffer:
                self.closed = self._ended
                return None
            if self._head is None:
                self._begin()
            if self._head is not None:
                return self._count(self._head)
        try:
            return self._parse()
        except h11.RemoteProtocolError as error:
            raise Malformed(str(error), error.error_status_hint) from error

    def _begin(self) -> None:
        """Find the head at the front of the buffer among the known ones, or hand the buffer to the parser."""
        end = self._buffer.find(b"\r\n\r\n") + 4
        raw = bytes(self._buffer[:end]) if end > 3 else b""
        host = _HOST.search(raw)
        self._key = raw if host is None else raw[: host.start()] + raw[host.end() :]
        known = self._known.get(self._key)
        if known is not None:
            self._head = self._known[self._key] = known if host is None else known.sent_to(host[0].decode("ascii"))
            del self._buffer[:end]
            return
        self._parser = h11.Connection(h11.SERVER, max_incomplete_event_size=_LARGEST_HEAD)
        self._parser.receive_data(bytes(self._buffer))
        if self._ended:
            self._parser.receive_data(b"")
        self._buffer.clear()

    def _count(self, head: Head) -> tuple[Head, bytes] | None:
        length = head.length or 0
        if len(self._buffer) < length:
            self.closed = self._ended
            return None
        body = bytes(self._buffer[:length])
        del self._buffer[:length]
        self._head = None
        self._taken = len(self._buffer)
        return head, body

    def _parse(self) -> tuple[Head, bytes] | bytes | None:
        assert self._parser is not None  # noqa: S101 - else there is nothing to parse
        while True:
            event = self._parser.next_event()
            if isinstance(event, h11.Data):
                self._body.append(bytes(event.data))
            elif isinstance(event, h11.Request):
                self._request = event
            elif isinstance(event, h11.EndOfMessage):
                return self._finish(self._parser)
            elif event is h11.NEED_DATA:
                if self._parser.they_are_waiting_for_100_continue and not self._continued:
                    self._continued = True
                    return CONTINUE
                return None
            else:  # closed by the client
                self.closed = True
                return None

    def _finish(self, parser: h11.Connection) -> tuple[Head, bytes]:
        """Hand over the request, and begin afresh with what came behind it."""
        assert self._request is not None  # noqa: S101 - h11 gives no end without a beginning
        head, body = Head(self._request, keep=parser.their_state is not h11.MUST_CLOSE), b"".join(self._body)
        if self._key and head.length is not None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[self._key] = head
        rest, self._ended = parser.trailing_data
        self._buffer += rest
        self._taken = len(self._buffer)
        self._parser, self._request, self._body, self._continued = None, None, [], False
        return head, body


def render(reply: WireReply, head: Head | None = None) -> tuple[bytes, After]:
    """The bytes of the reply to the request with that head, and what is to be done after them.

    Without a head, the request could not be understood, and the connection ends with the reply.

    A body that breaks off is announced longer than it is (or never gets its last chunk), and then the connection is
    *finished*, not reset: a reset would make the client's system throw away what the client has not read yet.

    Raises:
        ValueError: a header holds a line break.
    """
    if reply.breaks is Break.BEFORE:
        return b"", After.RESET
    broken = reply.breaks is Break.WITHIN
    keep = head is not None and head.keep
    bodiless = (head is not None and head.method == "HEAD") or reply.status in (204, 304)
    if broken and bodiless:
        return b"", After.RESET
    lines = [f"HTTP/1.1 {reply.status} {_REASONS.get(reply.status, '')}", *(f"{k}: {v}" for k, v in reply.headers)]
    body = b"".join(reply.chunks)
    chunked = reply.streamed and head is not None and head.version != b"1.0"
    if reply.streamed and not any(name.lower() == "content-type" for name, _ in reply.headers):
        lines.append("Content-Type: text/event-stream; charset=utf-8")
    if chunked:
        lines.append("Transfer-Encoding: chunked")
        body = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in reply.chunks if chunk)
        body += b"" if broken else b"0\r\n\r\n"
    elif broken:
        lines.append(f"Content-Length: {2 * len(body) + 1}")
    elif reply.streamed:
        keep = False  # to a client of HTTP/1.0, only the end of the connection ends a stream
    elif reply.status != 204:
        lines.append(f"Content-Length: {len(body)}")
    if not keep:
        lines.append("Connection: close")
    text = "\r\n".join(lines)
    if text.count("\n") != len(lines) - 1 or text.count("\r") != len(lines) - 1:
        raise ValueError("a header of the reply holds a line break")
    data = text.encode() + b"\r\n\r\n" + (b"" if bodiless else body)
    return data, After.KEEP if keep and not broken else After.FINISH
