"""A real HTTP server on the loopback interface, in one thread of its own or, while a clock runs, in the clients'."""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import sys
import threading
from collections.abc import Iterator
from typing import ClassVar

from ..clock import hosts, inflight, native
from ..clock.watching import LOOKOUT
from ..gateway.wire import WireRequest
from .base import LaneOf, Transport
from .connection import Connection, Peer
from .http1 import After, Head, Http1, render

_BACKLOG = 128
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - nothing is bound here
"""The addresses that stand for all interfaces, and under which of them a client finds the server."""
_CHANGES_WHILE_WAITED_FOR = hasattr(selectors, "EpollSelector") or hasattr(selectors, "KqueueSelector")
"""Whether a selector learns of what other threads change while one waits at it."""


class LoopbackServer(Transport):
    """Serves on *host*, at *port*, or at one that the system chooses at every start.

    The thread stays on real time and never waits for a client: it reads and writes what the system takes at once.
    From before a request is read until after its answer is sent, the server counts as busy, so that no virtual clock
    jumps meanwhile. *lane_of* tells the caller's lane from the address of the client's end. A request of more than
    *largest* bytes is refused.

    A connection is looked after by the thread until a client of this process sends on it while a clock runs; from then
    on it is a *guest*, and the thread in which the client sends answers as well. See ``clock.hosts``.
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
        self._running = False
        self._process = 0
        self._port = 0
        self._known: dict[bytes, Head] = {}
        self._turn = threading.RLock()
        """Held by the thread that looks after connections at the moment."""
        self._connections: dict[Peer, Connection] = {}
        self._at_the_door: list[socket.socket] = []
        """With these somebody is just connecting, and lets himself in."""

    @property
    def root_url(self) -> str:
        """The server's address without ``/v1``; that of the loopback where it listens everywhere.

        Raises:
            RuntimeError: the server is not started.
        """
        if not self._running:
            raise RuntimeError("the loopback gateway is not started")
        host = _ANYWHERE.get(self._address[0], self._address[0])
        return f"http://{f'[{host}]' if ':' in host else host}:{self._port}"

    def start(self) -> None:
        """Bind, listen, and start the thread, if nobody else would see who comes. Does nothing while it runs.

        Raises:
            OSError: the system gave no socket.
        """
        if self._running:
            return
        with contextlib.ExitStack() as undo:
            self._listener = undo.enter_context(self._bound())
            self._listener.setblocking(False)
            self._spare = os.open(os.devnull, os.O_RDONLY)
            undo.callback(os.close, self._spare)
            self._selector = undo.enter_context(selectors.DefaultSelector())
            self._guests = undo.enter_context(selectors.DefaultSelector())
            self._selector.register(self._listener, selectors.EVENT_READ)
            undo.pop_all()
        self._port = self._listener.getsockname()[1]
        self._running, self._process = True, os.getpid()
        inflight.watch(self._port)
        if _CHANGES_WHILE_WAITED_FOR:
            hosts.enter(self._port, self)
        if not (_CHANGES_WHILE_WAITED_FOR and LOOKOUT.on_duty):
            self.rouse(idle=True)

    def _bound(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._address[0] else socket.AF_INET
        return socket.create_server(self._address, family=family, backlog=_BACKLOG)

    def stop(self) -> None:
        """End the thread and close every connection. Does nothing if it does not run, or runs in another process."""
        if not self._running or os.getpid() != self._process:  # a copy shares the selectors with the original
            return
        hosts.leave(self._port)
        with self._turn:
            self._running = False
            thread, self._thread = self._thread, None
        if thread is not None:
            native.send(self._waker, b"\0")
            thread.join()
            self._waker.close()
            self._wakened.close()
        self.detach()
        with self._turn:
            for connection in [*self._connections.values()]:
                self._drop(connection)
            for each in (self._listener, self._selector, self._guests):
                each.close()
            os.close(self._spare)
        inflight.unwatch(self._port)

    def settle(self) -> None:
        """Answer all that has arrived by now, also for clients that have left."""
        with self._turn:
            while ready := [*native.select_at(self._selector, 0), *native.select_at(self._guests, 0)]:
                self._see_to(ready)

    def _serve(self) -> None:
        """The thread."""
        while self._running:
            self._see_to(native.select_at(self._selector))

    def _see_to(self, ready: list[tuple[selectors.SelectorKey, int]]) -> None:
        with inflight.busy(), self._turn:
            for key, _ in ready if self._running else ():
                if key.data is not None:
                    self._attend(key.data)
                elif key.fileobj is self._listener:
                    self._let_in()

    def _let_in(self) -> None:
        """Accept whoever has connected, as a guest or not."""
        guests = [sock.getsockname()[:2] for sock in self._at_the_door if sock.fileno() >= 0]
        while True:
            try:
                sock, address = self._listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except Exception as error:  # mostly out of file descriptors; the thread must live on
                self._turn_away(error)
                return
            peer = address[:2]
            sock.setblocking(False)
            with contextlib.suppress(OSError):  # some systems refuse if the client has left already
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            http = Http1(self._known, largest=self._largest)
            connection = self._connections[peer] = Connection(sock, peer, http, self._respond)
            connection.await_at(self._guests if peer in guests else self._selector, selectors.EVENT_READ)

    def _turn_away(self, error: Exception) -> None:
        """Drop a client, who would else wait for ever, by means of the file descriptor held in reserve."""
        self.errors.append(error)
        os.close(self._spare)
        with contextlib.suppress(Exception):
            self._listener.accept()[0].close()
        self._spare = os.open(os.devnull, os.O_RDONLY)

    def _attend(self, connection: Connection) -> None:
        """Do what can be done at once for a connection that is ready."""
        try:
            connection.attend()
        except Exception as error:  # the other clients must be served on
            self.errors.append(error)
        finally:
            if connection.over:
                self._drop(connection)
            elif connection.left:
                connection.await_at(self._selector, selectors.EVENT_WRITE)
            elif connection.events != selectors.EVENT_READ:
                connection.await_at(self._selector, selectors.EVENT_READ)

    def _respond(self, peer: Peer, head: Head, body: bytes) -> tuple[bytes, After]:
        try:
            request = WireRequest(
                method=head.method,
                target=head.target,
                headers=head.headers,
                body=body,
                lane=self._lane_of(peer),
                host=head.host,
            )
            return render(self.answer(request), head)
        except BaseException as error:
            if not isinstance(error, Exception) and threading.current_thread() is not self._thread:
                raise  # meant for the client
            return render(self.failure(error), head)

    def _drop(self, connection: Connection) -> None:
        connection.await_at(None)
        connection.sock.close()
        self._connections.pop(connection.peer, None)
        inflight.forget(connection.peer)

    # Guests: see ``clock.hosts``

    @contextlib.contextmanager
    def connecting(self, sock: socket.socket) -> Iterator[None]:
        """The calling thread connects inside, and lets itself in: this server's own thread is not roused for that."""
        with self._turn:
            self._at_the_door.append(sock)
            self._watch_the_door()
        try:
            yield
        finally:
            with inflight.busy(), self._turn:
                if self._running:
                    self._see_off(self._guests)
                    self._let_in()
                self._at_the_door.remove(sock)
                self._watch_the_door()

    def _watch_the_door(self) -> None:
        """Have the thread watch it, but for as long as somebody lets himself in."""
        if not self._running:
            return
        watched = self._listener in self._selector.get_map()
        if watched and self._at_the_door:
            self._selector.unregister(self._listener)
        elif not watched and not self._at_the_door:
            self._selector.register(self._listener, selectors.EVENT_READ)

    def take_over(self, peer: Peer) -> None:
        """Make it a guest, unless it was not even accepted, or does not read what it is sent."""
        with self._turn:
            connection = self._connections.get(peer)
            if connection is not None and not connection.left:
                connection.await_at(self._guests, selectors.EVENT_READ)

    def serve(self, peer: Peer) -> None:
        """Answer in the calling thread."""
        with inflight.busy(), self._turn, hosts.serving():
            connection = self._connections.get(peer)
            if connection is not None and connection.selector is self._guests:
                self._attend(connection)

    def hand_over(self, peer: Peer | None = None) -> None:
        """Let the thread look after this guest, or after all of them."""
        with self._turn:
            for key in [*self._guests.get_map().values()] if self._running else ():
                if peer in (None, key.data.peer):
                    key.data.await_at(self._selector, selectors.EVENT_READ)

    def stirs(self) -> bool:
        """Whether there is something to do that nobody does just now. The thread will; guests that left are dropped."""
        if not self._turn.acquire(blocking=False):
            return True  # somebody is at it
        try:
            if not self._running:
                return False
            for key in self._see_off(self._guests):
                key.data.await_at(self._selector, selectors.EVENT_READ)
            return bool(self._see_off(self._selector))
        finally:
            self._turn.release()

    def _see_off(self, selector: selectors.DefaultSelector) -> list[selectors.SelectorKey]:
        """Drop the clients there that have left and are owed nothing. What else is ready is returned."""
        ready = []
        for key, _ in native.select_at(selector, 0):
            if key.data is not None and not key.data.left and native.hung_up(key.data.sock):
                self._drop(key.data)
            else:
                ready.append(key)
        return ready

    def rouse(self, *, idle: bool = False) -> None:
        """Start the thread, unless it runs; where that is none of the client's, as it waits for the thread to begin."""
        with self._turn:
            if self._thread is not None or not self._running or not (idle or self._see_off(self._selector)):
                return
            thread = threading.Thread(target=self._serve, name="ominigate-loopback", daemon=True)
            inflight.stay_real(thread)
            waker, wakened = socket.socketpair()
            try:
                thread.start()
            except RuntimeError:
                waker.close()
                wakened.close()
                raise
            self._selector.register(wakened, selectors.EVENT_READ)
            self._waker, self._wakened, self._thread = waker, wakened, thread
