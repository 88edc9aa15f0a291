"""Sockets while a clock runs: bytes are counted, and a blocking read waits on the clock."""

from __future__ import annotations

import functools
import socket
from collections.abc import Callable
from typing import Any

from . import inflight, native
from .dispatch import mine, state
from .waiters import FOREVER


def replacements() -> list[tuple[Any, str, Any]]:
    """What to replace while a clock runs: owner, name, value."""
    return [
        (socket.socket, "send", _sending("send", _size)),
        (socket.socket, "sendall", _sending("sendall", _size)),
        (socket.socket, "sendmsg", _sending("sendmsg", lambda buffers: sum(map(_size, buffers)))),
        (socket.socket, "recv", _receiving("recv", len)),
        (socket.socket, "recv_into", _receiving("recv_into", int)),
    ]


def _size(data: Any) -> int:
    return memoryview(data).nbytes


def _sending(name: str, size: Callable[[Any], int]) -> Callable[..., Any]:
    real = getattr(socket.socket, name)

    @functools.wraps(real)
    def method(self: socket.socket, data: Any, *args: Any) -> Any:
        _note_use(self)
        for notice in inflight.on_send:
            notice()
        data = list(data) if name == "sendmsg" else data
        # Counted before it leaves: the other end may have read it, and acted on it, before this thread runs again.
        announced = size(data)
        inflight.sent(self, announced)
        left = announced
        try:
            result = real(self, data, *args)
            left = announced - result if isinstance(result, int) else 0
            return result
        finally:
            if left:
                inflight.sent(self, -left)

    return method


def _receiving(name: str, size: Callable[[Any], int]) -> Callable[..., Any]:
    real = getattr(socket.socket, name)

    @functools.wraps(real)
    def method(self: socket.socket, *args: Any) -> Any:
        _note_use(self)
        timeout = self.gettimeout()
        if timeout != 0 and (clock := mine()) is not None:
            _wait_readable(self, timeout, clock)
        result = real(self, *args)
        inflight.received(self, size(result))
        return result

    return method


def _note_use(sock: socket.socket) -> None:
    """A thread older than the clock that talks to a server of this process, or is one, does the test's work."""
    clock = state.active
    if clock is None:
        return
    if clock.governs():
        clock.pulse()
    elif inflight.is_watched(sock):
        clock.adopt()


def _wait_readable(sock: socket.socket, timeout: float | None, clock: Any) -> None:
    fd = sock.fileno()
    if native.readable(fd):
        return
    alarm = native.Alarm()
    waiter = clock.register(
        FOREVER if timeout is None else clock.deadline_in(timeout), alarm.ring, lambda: native.readable(fd)
    )
    try:
        if not waiter.fired:
            alarm.wait_with(fd)
    finally:
        clock.unregister(waiter)
        alarm.close()
    if waiter.fired and not native.readable(fd):
        raise TimeoutError("timed out")
