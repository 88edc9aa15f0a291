"""The real clock's functions, captured before anything of ours is put in their place."""

from __future__ import annotations

import _thread
import gc
import os
import select
import socket
import time
from collections.abc import Callable, Mapping
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from types import BuiltinFunctionType
from typing import Any


def _own(name: str) -> Any:
    """The ``time`` module's own function, also where a test has already put something else in its place."""
    found = getattr(time, name)
    if _is_builtin(found, name):
        return found
    # It is alive in whatever is going to put it back.
    return next((each for each in gc.get_objects() if _is_builtin(each, name)), found)


def _is_builtin(each: Any, name: str) -> bool:
    return type(each) is BuiltinFunctionType and each.__self__ is time and each.__name__ == name


FUNCTIONS = {name: _own(name) for name in ("sleep", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns")}

sleep: Callable[[float], None] = FUNCTIONS["sleep"]
monotonic_ns: Callable[[], int] = FUNCTIONS["monotonic_ns"]
process_time_ns = time.process_time_ns
thread_time_ns = time.thread_time_ns
allocate_lock = _thread.allocate_lock
Lock = _thread.LockType
start_new_thread = _thread.start_new_thread

select_at = DefaultSelector.select
_select = select.select
_poll = getattr(select, "poll", None)

READ, WRITE = EVENT_READ, EVENT_WRITE


SOON_S = 0.005
"""Seconds within which what is under way in this process has mostly arrived; too few to be taken for a rest."""


def any_ready(descriptors: Mapping[int, int], seconds: float | None = 0) -> bool:
    """Whether one of the file descriptors can be read from or written to without blocking, or is closed.

    Args:
        descriptors: for each, ``READ``, ``WRITE`` or both.
        seconds: for how long to wait, in real time, until it is so; None for no limit.
    """
    if any(fd < 0 for fd in descriptors):
        return True
    if _poll is None:
        return _any_selected(descriptors, seconds)
    poll = _poll()
    for fd, events in descriptors.items():
        poll.register(fd, (select.POLLIN if events & READ else 0) | (select.POLLOUT if events & WRITE else 0))
    return bool(poll.poll(None if seconds is None else seconds * 1_000))


def _any_selected(descriptors: Mapping[int, int], seconds: float | None) -> bool:
    readers = [fd for fd, events in descriptors.items() if events & READ]
    writers = [fd for fd, events in descriptors.items() if events & WRITE]
    try:
        return any(_select(readers, writers, readers, seconds))
    except (OSError, ValueError):
        return True  # closed


def readable(fd: int, seconds: float = 0) -> bool:
    """Whether a read from *fd* would not block, at once or within so many seconds of real time; so too if closed."""
    return any_ready({fd: READ}, seconds)


def hung_up(sock: socket.socket) -> bool:
    """Whether the other end of a socket that does not block was closed, and all that it sent before has been read."""
    try:
        return not receive(sock, 1, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    except OSError:
        return True


class Alarm:
    """Ends a real wait for file descriptors from another thread."""

    __slots__ = ("_ears", "_fd", "_hand")

    def __init__(self) -> None:
        if hasattr(os, "eventfd"):
            self._fd = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        else:
            self._ears, self._hand = socket.socketpair()
            self._ears.setblocking(False)
            self._fd = self._ears.fileno()

    def ring(self) -> None:
        """End the wait, be it under way or still to come."""
        if hasattr(os, "eventfd"):
            os.eventfd_write(self._fd, 1)
        else:
            send(self._hand, b"\0")

    def wait_with(self, descriptors: Mapping[int, int]) -> None:
        """Block, in real time, until one of the file descriptors is ready or the alarm rings."""
        any_ready({**descriptors, self._fd: READ}, None)

    def silence(self) -> None:
        """Make it fit for another wait."""
        try:
            if hasattr(os, "eventfd"):
                os.eventfd_read(self._fd)
            else:
                receive(self._ears, 64)
        except BlockingIOError:
            pass

    def close(self) -> None:
        """Give the descriptors back."""
        if hasattr(os, "eventfd"):
            os.close(self._fd)
        else:
            self._ears.close()
            self._hand.close()


# The methods of the C class, which no patch reaches.
send = socket.SocketType.send
receive = socket.SocketType.recv
