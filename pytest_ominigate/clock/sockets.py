"""Sockets while a clock runs: bytes are counted, and a blocking read waits on the clock."""

from __future__ import annotations

import contextlib
import functools
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import hosts, inflight, native
from .dispatch import mine, state

if TYPE_CHECKING:
    from .virtual import VirtualClock

# Whatever stands in for the class at the moment, this is the one in which all sockets find their methods.
_Socket: Any = next(kind for kind in socket.socket.__mro__ if kind.__module__ == "socket")


def note_use(sock: socket.socket) -> VirtualClock | None:
    """The clock, if the calling thread lives by it. One that talks to a server of this process, or is one, does."""
    clock = mine()
    if clock is None and state.active is not None and inflight.is_watched(sock):
        state.active.members.adopt(threading.current_thread())
        clock = mine()
    return clock


def _sending(name: str, size: Callable[[Any], int]) -> tuple[Any, str, Any]:
    real = getattr(_Socket, name)

    @functools.wraps(real)
    def method(self: socket.socket, data: Any, *args: Any) -> Any:
        if state.active is None:  # as in a copy of the process, where another thread may have been counting
            return real(self, data, *args)
        note_use(self)
        count = size(data)
        with inflight.Sending(self, count) as sending:
            result = real(self, data, *args)
            sending.sent = count if result is None else result
        return result

    return _Socket, name, method


def _connecting(name: str) -> tuple[Any, str, Any]:
    real = getattr(_Socket, name)

    @functools.wraps(real)
    def method(self: socket.socket, address: Any) -> Any:
        host = None if state.active is None else hosts.at(address)
        with contextlib.nullcontext() if host is None else host.connecting(self):
            return real(self, address)

    return _Socket, name, method


def _receiving(name: str, size: Callable[[Any], int]) -> tuple[Any, str, Any]:
    real = getattr(_Socket, name)

    @functools.wraps(real)
    def method(self: socket.socket, *args: Any, **kwargs: Any) -> Any:
        if state.active is None:
            return real(self, *args, **kwargs)
        clock = note_use(self)
        timeout = self.gettimeout()
        if timeout != 0 and clock is not None:
            _wait_readable(self, timeout, clock)
        result = real(self, *args, **kwargs)
        note_received(self, size(result))
        return result

    return _Socket, name, method


def note_received(sock: socket.socket, count: int) -> None:
    """Count the bytes that came in."""
    if inflight.received(sock, count) and state.active is not None:
        state.active.doubt(
            "another process sent a request, and the virtual clock cannot see how it waits; use --ominigate-clock=real"
        )


def receive_as_harness(sock: socket.socket, size: int) -> bytes:
    """Receive in a server of the harness, in whatever thread: what it does is no touch of the client's.

    Raises:
        OSError: as ``recv`` does.
    """
    data = native.receive(sock, size)
    if state.active is not None:
        note_received(sock, len(data))
    return data


def send_as_harness(sock: socket.socket, data: memoryview) -> int:
    """Send from a server of the harness, in whatever thread; how much the system took.

    Raises:
        OSError: as ``send`` does.
    """
    if state.active is None:
        return native.send(sock, data)
    with inflight.Sending(sock, data.nbytes) as sending:
        sending.sent = native.send(sock, data)
    return sending.sent


def _wait_readable(sock: socket.socket, timeout: float | None, clock: VirtualClock) -> None:
    """Wait until a read would not block.

    Raises:
        TimeoutError: the socket's own time limit has passed.
    """
    fd = sock.fileno()
    # As long as the reply is under way no clock can jump, so mostly there is no need to tell it of the wait.
    if native.readable(fd, native.SOON_S if inflight.expects(sock) else 0):
        return
    if not clock.waiting.for_any({fd: native.READ}, timeout):
        raise TimeoutError("timed out")


def _send_message(self: socket.socket, buffers: Any, *args: Any) -> Any:
    """``sendmsg`` takes any iterable, which can be gone through but once."""
    return _counted_sendmsg(self, list(buffers), *args)


REPLACEMENTS: list[tuple[Any, str, Any]] = [
    _sending("send", lambda data: memoryview(data).nbytes),
    _sending("sendall", lambda data: memoryview(data).nbytes),
    _connecting("connect"),
    _connecting("connect_ex"),
    _receiving("recv", len),
    _receiving("recv_into", int),
]
if hasattr(_Socket, "sendmsg"):
    _, _, _counted_sendmsg = _sending("sendmsg", lambda buffers: sum(memoryview(each).nbytes for each in buffers))
    REPLACEMENTS.append((_Socket, "sendmsg", functools.wraps(_Socket.sendmsg)(_send_message)))
