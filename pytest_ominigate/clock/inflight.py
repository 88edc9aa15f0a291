"""What is under way between a client and a server of this process, so that no clock jumps over it.

A request is in flight from the client's ``send`` until the server has read it (bytes are counted), while the server
works on it (``busy``, or a thread of the server that lives by the clock), and from the server's ``send`` until the
client can read it (bytes again). At every moment one of the three holds, so nothing has to be guessed.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import weakref
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Self

from . import census, hosts, native

lane: ContextVar[int] = ContextVar("ominigate_lane", default=1)
"""Which of several concurrent callers the running code belongs to."""

on_send: list[Callable[[], None]] = []
"""Called in the client's thread whenever it sends to a server of this process."""

on_idle: list[Callable[[], None]] = []
"""Called in a server's thread whenever no server of this process works on a request any more."""

_guard = threading.RLock()
_ports: set[int] = set()
"""The ports of this process's own servers, as far as they were met."""
_other_ports: set[int] = set()
_work: list[None] = []
"""An entry for each request that a server is working on."""
_real_threads: weakref.WeakSet[threading.Thread] = weakref.WeakSet()
_flows: dict[tuple[str, int], Flow] = {}
_flow_of: weakref.WeakKeyDictionary[socket.socket, tuple[Flow, bool] | None] = weakref.WeakKeyDictionary()


class Flow:
    """One connection to a watched server, named by the client's address; counts the bytes on the way.

    Bytes count from before they are sent, so that the other end is never ahead of the count.
    """

    __slots__ = ("abandoned", "address", "client", "down", "host", "known", "lane", "server", "up")

    def __init__(self, address: tuple[str, int]) -> None:
        self.address = address
        self.host: hosts.Host | None = None
        """What answers in the client's own thread, if such a server is at the other end."""
        self.up = self.down = 0
        self.client: weakref.ref[socket.socket] | None = None
        self.server: weakref.ref[socket.socket] | None = None
        self.lane: int | None = None
        self.known = False
        """Whether it is known where the client is."""
        self.abandoned = False
        """Whether the client has left before all that it sent was read."""

    def under_way(self) -> bool:
        """Whether bytes have been sent that the other end has not had the chance to read."""
        client = self.client() if self.client else None
        if self.client and (client is None or client.fileno() < 0):
            self.abandoned |= self.up > 0
            self.up = self.down = 0
        server = self.server() if self.server else None
        hung_up = self.server is not None and (server is None or server.fileno() < 0)
        if hung_up:
            self.up = 0
        if self.up > 0:
            return True
        # Bytes that have arrived and lie unread are the client's own choice; so is an end that it does not look at.
        return (self.down > 0 or hung_up) and client is not None and not native.readable(client.fileno())


def reset() -> None:
    """Start counting afresh: nothing of the next trial is under way yet."""
    with _guard:
        _flows.clear()
        _flow_of.clear()
        _other_ports.clear()


def watch(port: int) -> None:
    """Count the bytes of connections to this port of the loopback."""
    _ports.add(port)


def unwatch(port: int) -> None:
    """Forget the port and its connections."""
    _ports.discard(port)
    with _guard:
        for address in [address for address, flow in _flows.items() if flow.server is None or flow.server() is None]:
            del _flows[address]


def stay_real(thread: threading.Thread) -> None:
    """Leave a thread of the harness itself on real time, whatever clock is started."""
    _real_threads.add(thread)


def stays_real(thread: threading.Thread) -> bool:
    """Whether the thread belongs to the harness."""
    return thread in _real_threads


@contextlib.contextmanager
def busy() -> Iterator[None]:
    """Held by a server while it works on a request: no clock jumps meanwhile."""
    _work.append(None)
    try:
        yield
    finally:
        _work.pop()
        if not _work:
            for notice in on_idle:
                notice()


def caller() -> int | None:
    """The lane of the running code; None where nobody said whose it is, as where there is one caller only."""
    return lane.get(None)


@contextlib.contextmanager
def on_behalf_of(number: int | None) -> Iterator[None]:
    """The calling thread works for the caller of that lane inside; None changes nothing."""
    if number is None:
        yield
        return
    token = lane.set(number)
    try:
        yield
    finally:
        lane.reset(token)


def lane_of(address: tuple[str, int]) -> int | None:
    """The lane of the caller that last sent on the connection from this address; None where it is not known."""
    flow = _flows.get(address)
    return flow.lane if flow else None


def anything() -> bool:
    """Whether any request or reply is under way."""
    if _work:
        return True
    with _guard:
        flows = [flow for flow in _flows.values() if flow.up or flow.down]
    return any(flow.under_way() for flow in flows) or hosts.any_stirs()


def expects(sock: socket.socket) -> bool:
    """Whether a server of this process has been sent something on this connection that it may be working on."""
    found = _find(sock)
    return found is not None and found[1] and (found[0].up > 0 or bool(_work))


def forget(address: tuple[str, int]) -> None:
    """Drop a connection that is closed, but not one that has taken its address since."""
    with _guard:
        flow = _flows.get(address)
        if flow is not None and flow.server is not None:
            del _flows[address]


def _find(sock: socket.socket) -> tuple[Flow, bool] | None:
    """The flow of a connection to a watched port, and whether *sock* is the client's end; None for all others."""
    try:
        return _flow_of[sock]
    except KeyError:
        pass
    found: tuple[Flow, bool] | None = None
    if sock.family in (socket.AF_INET, socket.AF_INET6):
        try:
            here, there = sock.getsockname()[:2], sock.getpeername()[:2]
        except OSError:
            return None
        is_client = there[1] in _ports or (here[1] not in _ports and _is_own_server(there))
        if is_client or _is_own_server(here):
            with _guard:
                address = here if is_client else there
                flow = _flows.get(address)
                # If the address was used before, this is a new connection from the same port.
                if flow is None or (is_client and flow.client and _is_closed(flow.client())):
                    flow = _flows[address] = Flow(address)
            if is_client:
                flow.client = weakref.ref(sock)
                flow.host = hosts.at(there)
            else:
                flow.server = weakref.ref(sock)
            found = flow, is_client
    _flow_of[sock] = found
    return found


def _is_closed(sock: socket.socket | None) -> bool:
    return sock is None or sock.fileno() < 0


def _is_own_server(address: tuple[str, int]) -> bool:
    """Whether a server of this process listens at the address; asked of the system once for each port."""
    host, port = address
    if port in _ports:
        return True
    if port in _other_ports or not (host.startswith("127.") or host == "::1"):
        return False
    (_ports if census.listens_here(port) else _other_ports).add(port)
    return port in _ports


class Sending:
    """Held while bytes go out: all of them count from before, and what did not go out after all no more.

    ``sent`` is to be set to how many did. Where a server answers in the client's own thread, it does so at the end.
    """

    __slots__ = ("_count", "_flow", "_host", "_is_client", "sent")

    def __init__(self, sock: socket.socket, count: int) -> None:
        self.sent = 0
        self._count = count
        found: tuple[Flow | None, bool] = _find(sock) or (None, False)
        self._flow, self._is_client = found
        self._host: hosts.Host | None = None
        """What is to answer in this thread."""

    def __enter__(self) -> Self:
        """Count them."""
        flow = self._flow
        if flow is None:
            return self
        if not self._is_client:
            with _guard:
                flow.down += self._count
            return self
        for notice in on_send:
            notice()
        with _guard:
            flow.up += self._count
            flow.lane = caller()
        if flow.host is not None and self._count > hosts.LARGEST_AT_ONCE:
            flow.host.hand_over(flow.address)
        elif flow.host is not None:
            self._host = flow.host
            self._host.take_over(flow.address)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Count no more what did not go out."""
        flow, rest = self._flow, self._count - self.sent
        if flow is not None and rest > 0:
            with _guard:
                if self._is_client:
                    flow.up = max(0, flow.up - rest)
                else:
                    flow.down = max(0, flow.down - rest)
        if flow is not None and self._host is not None and kind is None:
            self._host.serve(flow.address)


def received(sock: socket.socket, count: int) -> bool:
    """Note that *count* bytes came in; whether they are the first from a client in another process."""
    found = _find(sock)
    if not found:
        return False
    flow, is_client = found
    with _guard:
        if is_client:
            flow.down = max(0, flow.down - count)
            if flow.server is None:  # a server written in C: its reply tells that it has read
                flow.up = 0
        else:
            flow.up = max(0, flow.up - count)
    if is_client or flow.client is not None or flow.known or not count:
        return False
    flow.known = True
    return census.connects_elsewhere(sock.getpeername()[1])


def unread() -> bool:
    """Whether a server of this process may not yet have read all that was sent to it."""
    with _guard:
        return any(flow.up or flow.abandoned for flow in _flows.values())


def is_watched(sock: socket.socket) -> bool:
    """Whether *sock* is an end of a connection to a server of this process."""
    return _find(sock) is not None


def _be_in_a_copy() -> None:
    global _guard  # noqa: PLW0603 - nothing else frees a lock that another thread holds
    _guard = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_be_in_a_copy)
