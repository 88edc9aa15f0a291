"""Servers of this process that answer in the client's own thread while a clock runs.

Where another thread answers, each request has the processor and the interpreter change hands several times, and that
takes longer than everything else about it. So whoever sends to such a server has it look after the connection there
and then. Its own thread sees to the rest: to clients that are not known to send (in C, in another process), and to
whatever cannot be done at once.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any, Protocol

Address = tuple[str, int]

LARGEST_AT_ONCE = 16 * 1024
"""Bytes that the system surely takes in one go. Somebody has to read while more than that is sent."""


class Host(Protocol):
    """Such a server. All of this may be called in any thread, *peer* being the address of a client's end."""

    def connecting(self, sock: socket.socket) -> AbstractContextManager[None]:
        """The calling thread connects that socket to the server inside."""

    def take_over(self, peer: Address) -> None:
        """Something is about to be sent on this connection, and ``serve`` will be called then."""

    def serve(self, peer: Address) -> None:
        """Something was sent on this connection: do in the calling thread what can be done at once."""

    def hand_over(self, peer: Address | None = None) -> None:
        """Let the server's own thread look after this connection, or after all of them, from here on."""

    def stirs(self) -> bool:
        """Whether there is something to do that nobody does just now; if so, somebody will."""

    def rouse(self, *, idle: bool = False) -> None:
        """Start the server's own thread if there is something to do for it, or also if it would be *idle*."""


_hosts: dict[int, Host] = {}
"""By their ports on the loopback interface."""
_serving: set[int] = set()
"""The threads, by their identifiers, in which one of them is at work for a client."""


def enter(port: int, host: Host) -> None:
    """There is such a server."""
    _hosts[port] = host


def leave(port: int) -> None:
    """There is no such server any more, if there was."""
    _hosts.pop(port, None)


def at(address: Any) -> Host | None:
    """The server at that address, if it is one of these."""
    if not _hosts or not isinstance(address, tuple) or len(address) < 2:
        return None
    name, port = address[:2]
    here = isinstance(name, str) and (name.startswith("127.") or name in ("::1", "localhost"))
    return _hosts.get(port) if here else None


@contextlib.contextmanager
def serving() -> Iterator[None]:
    """Held by a server while it is at work in the thread of a client."""
    me = threading.get_ident()
    _serving.add(me)
    try:
        yield
    finally:
        _serving.discard(me)


def serves_here() -> bool:
    """Whether the calling thread is a client's that a server is at work in."""
    return threading.get_ident() in _serving


def any_stirs() -> bool:
    """Whether one of them has been sent something that was not seen yet."""
    return any(host.stirs() for host in [*_hosts.values()])


def stand_back() -> None:
    """No clock runs any more: all of them go on in threads of their own."""
    for host in [*_hosts.values()]:
        host.hand_over()


def stand_alone() -> None:
    """Nobody looks any more who comes to them: each needs a thread of its own for that."""
    for host in [*_hosts.values()]:
        host.rouse(idle=True)


def look() -> None:
    """Start the threads that are needed. Where the system has none to spare just now, the next look may find one."""
    for host in [*_hosts.values()]:
        with contextlib.suppress(OSError, RuntimeError):
            host.rouse()
