"""One client's connection to the server: its socket, and the HTTP that is spoken on it."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Callable
from selectors import BaseSelector

from ..clock.sockets import receive_as_harness, send_as_harness
from ..gateway.wire import WireReply
from .http1 import After, Head, Http1, Malformed, render

_READ_SIZE = 64 * 1024
_LINGER_NOT = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)

Peer = tuple[str, int]
"""The address of the client's end."""

Respond = Callable[[Peer, Head, bytes], tuple[bytes, After]]
"""From the client's address and a whole request to the bytes of the answer, and what is to be done after them."""


class Connection:
    """What came in, what is still to go out, and what happens then. Never waits for the client.

    Args:
        sock: the server's end, which does not block.
        peer: the address of the client's end.
        http: what the bytes mean.
        respond: what answers a request.
    """

    __slots__ = ("_after", "_draining", "_http", "_respond", "events", "left", "over", "peer", "selector", "sock")

    def __init__(self, sock: socket.socket, peer: Peer, http: Http1, respond: Respond) -> None:
        self.sock = sock
        self.peer = peer
        self.left = memoryview(b"")
        """What the system would not take yet."""
        self.over = False
        """Whether nothing remains but to close it."""
        self.selector: BaseSelector | None = None
        self.events = 0
        """What is awaited there."""
        self._http = http
        self._respond = respond
        self._after = After.KEEP
        self._draining = False
        """Whether all was said, and only the client's closing is awaited."""

    def attend(self) -> None:
        """Read, answer and send what can be read, answered and sent at once.

        Raises:
            BaseException: the HTTP or the answer failed in a way that is none of the client's doing.
        """
        try:
            if self.left:
                self._send(self.left)
            else:
                data = receive_as_harness(self.sock, _READ_SIZE)
                if self._draining:
                    self.over = not data
                    return
                self._http.feed(data)
            self._converse()
        except BlockingIOError:
            return
        except OSError:
            self.over = True
        except BaseException:
            self.over = True
            raise

    def await_at(self, selector: BaseSelector | None, events: int = 0) -> None:
        """From here on wait for these events at that selector, and at no other."""
        if (self.selector, self.events) == (selector, events):
            return
        if self.selector is not None:
            self.selector.unregister(self.sock)
        if selector is not None:
            selector.register(self.sock, events, self)
        self.selector, self.events = selector, events

    def _converse(self) -> None:
        """Answer what has come in whole, one by one, as long as the system takes the answers."""
        while not self.left and not self._draining:
            try:
                got = self._http.pull()
            except Malformed as error:
                data, after = render(WireReply(status=error.status, chunks=(f"{error}\n".encode(),)))
            else:
                if got is None:
                    self.over = self._http.closed
                    return
                data, after = (got, After.KEEP) if isinstance(got, bytes) else self._respond(self.peer, *got)
            self._after = after
            if after is After.RESET:
                self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
                self.over = True
                return
            self._send(memoryview(data))

    def _send(self, data: memoryview) -> None:
        """Send what the system takes; the rest follows when it takes more, and then what comes after it."""
        try:
            self.left = data[send_as_harness(self.sock, data) :]
        except BlockingIOError:
            self.left = data
        if not self.left and self._after is After.FINISH:
            self._draining = True
            self.sock.shutdown(socket.SHUT_WR)
