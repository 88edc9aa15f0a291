"""The real clock's functions, captured before anything of ours is put in their place."""

from __future__ import annotations

import _thread
import os
import select
import time

sleep = time.sleep
monotonic_ns = time.monotonic_ns
process_time_ns = time.process_time_ns
allocate_lock = _thread.allocate_lock
Lock = _thread.LockType
start_new_thread = _thread.start_new_thread

FUNCTIONS = {
    name: getattr(time, name) for name in ("sleep", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns")
}


def readable(fd: int) -> bool:
    """Whether a read from *fd* would not block; so too if it is closed."""
    if fd < 0:
        return True
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return bool(poll.poll(0))


class Alarm:
    """A file descriptor that another thread can make readable, to end a real wait in ``poll``."""

    __slots__ = ("_read", "_write")

    def __init__(self) -> None:
        if hasattr(os, "eventfd"):
            self._read = self._write = os.eventfd(0, os.EFD_CLOEXEC)
        else:  # pragma: no cover - not on Linux
            self._read, self._write = os.pipe()

    def ring(self) -> None:
        """Make the descriptor readable."""
        os.write(self._write, (1).to_bytes(8, "little"))

    def wait_with(self, fd: int) -> None:
        """Block, in real time, until *fd* is readable or the alarm rings."""
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        poll.register(self._read, select.POLLIN)
        poll.poll()

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self._read)
        if self._write != self._read:  # pragma: no cover - not on Linux
            os.close(self._write)
