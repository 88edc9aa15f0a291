"""A real HTTP server on the loopback interface, in one thread of its own."""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import struct
import sys
import threading
from typing import ClassVar

from ..clock import inflight
from ..clock.native import Lock, allocate_lock
from ..gateway.wire import WireReply, WireRequest
from .base import LaneOf, Transport
from .http1 import After, Head, Http1, Malformed, render

_BACKLOG = 128
_READ_SIZE = 64 * 1024
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - nothing is bound here
"""The addresses that stand for all interfaces, and under which of them a client finds the server."""
_LONGEST_SETTLING = 5.0
"""Seconds of real time. It takes milliseconds."""
_LINGER_NOT = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


class _Connection:
    """One client's connection: what came in, what is still to go out, and what happens then."""

    __slots__ = ("after", "draining", "http", "left", "peer", "sock")

    def __init__(self, sock: socket.socket, peer: tuple[str, int], http: Http1) -> None:
        self.sock = sock
        self.peer = peer
        self.http = http
        self.left = memoryview(b"")
        """What the system would not take yet."""
        self.after = After.KEEP
        self.draining = False
        """Whether all was said, and only the client's closing is awaited."""


class LoopbackServer(Transport):
    """Serves on *host*, at *port*, or at one that the system chooses at every start.

    The thread stays on real time and never waits for a client: it reads and writes what the system takes at once.
    From before it reads a request until after its answer is sent, it counts as busy, so that no virtual clock jumps
    meanwhile. *lane_of* tells the caller's lane from the address of the client's end. A request of more than *largest*
    bytes is refused.
    """

    name: ClassVar[str] = "loopback"

    def __init__(
        self,
        *,
        lane_of: LaneOf = inflight.lane_of,
        host: str = "127.0.0.1",
        port: int = 0,
        largest: int = sys.maxsize,
    ) -> None:
        super().__init__()
        self._lane_of = lane_of
        self._address = host, port
        self._largest = largest
        self._thread: threading.Thread | None = None
        self._stopping = False
        self._port = 0
        self._known: dict[bytes, Head] = {}
        self._awaited: list[Lock] = []
        """To be released when all that has arrived was answered."""

    @property
    def root_url(self) -> str:
        """The server's address without ``/v1``; that of the loopback where it listens everywhere.

        Raises:
            RuntimeError: the server is not started.
        """
        if self._thread is None:
            raise RuntimeError("the loopback gateway is not started")
        host = _ANYWHERE.get(self._address[0], self._address[0])
        return f"http://{f'[{host}]' if ':' in host else host}:{self._port}"

    def start(self) -> None:
        """Bind, listen, and start the thread. Does nothing while it runs.

        Raises:
            OSError: the system gave no socket.
        """
        if self._thread is not None:
            return
        with contextlib.ExitStack() as undo:
            self._listener = undo.enter_context(self._bound())
            self._listener.setblocking(False)
            self._waker, self._wakened = socket.socketpair()
            undo.callback(self._waker.close)
            undo.callback(self._wakened.close)
            self._spare = os.open(os.devnull, os.O_RDONLY)
            undo.callback(os.close, self._spare)
            self._selector = undo.enter_context(selectors.DefaultSelector())
            self._selector.register(self._listener, selectors.EVENT_READ)
            self._selector.register(self._wakened, selectors.EVENT_READ)
            undo.pop_all()
        self._port = self._listener.getsockname()[1]
        self._stopping = False
        self._thread = threading.Thread(target=self._serve, name="ominigate-loopback", daemon=True)
        inflight.stay_real(self._thread)
        inflight.watch(self._port)
        self._thread.start()

    def _bound(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._address[0] else socket.AF_INET
        return socket.create_server(self._address, family=family, backlog=_BACKLOG)

    def stop(self) -> None:
        """End the thread and close every connection. Does nothing if it does not run."""
        if self._thread is None:
            return
        self._stopping = True
        self._waker.send(b"\0")
        self._thread.join()
        self._thread = None
        self.detach()
        inflight.unwatch(self._port)
        self._waker.close()
        self._wakened.close()
        os.close(self._spare)

    def settle(self) -> None:
        """Return when all that has arrived by now has been answered, also for clients that have left."""
        settled = allocate_lock()
        settled.acquire()
        self._awaited.append(settled)
        self._waker.send(b"\0")
        settled.acquire(timeout=_LONGEST_SETTLING)

    def _serve(self) -> None:
        """The thread."""
        try:
            while not self._stopping:
                self._see_to(self._selector.select())
                if self._awaited:
                    self._wakened.recv(_READ_SIZE)
                    while ready := self._selector.select(0):
                        self._see_to(ready)
                    while self._awaited:
                        self._awaited.pop().release()
        finally:
            for key in list(self._selector.get_map().values()):
                if isinstance(key.data, _Connection):
                    self._close(key.data)
            self._listener.close()
            self._selector.close()

    def _see_to(self, ready: list[tuple[selectors.SelectorKey, int]]) -> None:
        with inflight.busy():
            for key, _ in ready:
                if isinstance(key.data, _Connection):
                    self._attend(key.data)
                elif key.fileobj is self._listener:
                    self._accept()

    def _accept(self) -> None:
        while True:
            try:
                sock, peer = self._listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except Exception as error:  # mostly out of file descriptors; the thread must live on
                self._turn_away(error)
                return
            sock.setblocking(False)
            with contextlib.suppress(OSError):  # some systems refuse if the client has left already
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            http = Http1(self._known, largest=self._largest)
            self._selector.register(sock, selectors.EVENT_READ, _Connection(sock, peer, http))

    def _turn_away(self, error: Exception) -> None:
        """Drop a client, who would else wait for ever, by means of the file descriptor held in reserve."""
        self.errors.append(error)
        os.close(self._spare)
        with contextlib.suppress(Exception):
            self._listener.accept()[0].close()
        self._spare = os.open(os.devnull, os.O_RDONLY)

    def _attend(self, connection: _Connection) -> None:
        """Do what can be done at once for a connection that is ready."""
        try:
            if connection.left:
                self._send(connection, connection.left)
            else:
                data = connection.sock.recv(_READ_SIZE)
                if connection.draining:
                    if not data:
                        self._close(connection)
                    return
                connection.http.feed(data)
            self._converse(connection)
        except BlockingIOError:
            return
        except OSError:
            self._close(connection)
        except Exception as error:  # the other clients must be served on
            self.errors.append(error)
            self._close(connection)

    def _converse(self, connection: _Connection) -> None:
        """Answer what has come in whole, one by one, as long as the system takes the answers."""
        while not connection.left and not connection.draining:
            try:
                got = connection.http.pull()
            except Malformed as error:
                data, after = render(WireReply(status=error.status, chunks=(f"{error}\n".encode(),)))
            else:
                if got is None:
                    if connection.http.closed:
                        self._close(connection)
                    return
                if isinstance(got, bytes):
                    data, after = got, After.KEEP
                else:
                    data, after = self._reply(connection, *got)
            connection.after = after
            if after is After.RESET:
                connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
                self._close(connection)
                return
            self._send(connection, memoryview(data))

    def _reply(self, connection: _Connection, head: Head, body: bytes) -> tuple[bytes, After]:
        request = WireRequest(
            method=head.method,
            target=head.target,
            headers=head.headers,
            body=body,
            lane=self._lane_of(connection.peer),
            host=head.host,
        )
        try:
            return render(self.answer(request), head)
        except BaseException as error:  # nothing but an answer may leave this thread
            return render(self.failure(error), head)

    def _send(self, connection: _Connection, data: memoryview) -> None:
        """Send what the system takes; the rest follows when it takes more, and then what comes after it."""
        waiting = bool(connection.left)
        try:
            connection.left = data[connection.sock.send(data) :]
        except BlockingIOError:
            connection.left = data
        if connection.left:
            if not waiting:
                self._selector.modify(connection.sock, selectors.EVENT_WRITE, connection)
            return
        if waiting:
            self._selector.modify(connection.sock, selectors.EVENT_READ, connection)
        if connection.after is After.FINISH:
            connection.draining = True
            connection.sock.shutdown(socket.SHUT_WR)

    def _close(self, connection: _Connection) -> None:
        self._selector.unregister(connection.sock)
        connection.sock.close()
        inflight.forget(connection.peer)
