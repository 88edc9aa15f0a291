"""Who waits on the clock, until when, and how to wake them."""

from __future__ import annotations

import _thread
import threading
from collections.abc import Callable

FOREVER = 1 << 62
"""The deadline, in nanoseconds, of a wait that only something else can end."""


def never() -> bool:
    """The ``ready`` of a wait that nothing but the clock ends."""
    return False


class Waiter:
    """One thread waiting on the clock."""

    __slots__ = ("deadline", "due", "fired", "ready", "signalled", "thread", "wake")

    def __init__(
        self, deadline: int, wake: Callable[[], bool | None], ready: Callable[[], bool], due: int, *, signalled: bool
    ) -> None:
        self.deadline = deadline
        self.wake = wake
        """Called when the clock reaches the deadline; False means that something else was faster."""
        self.ready = ready
        """Whether something else has ended the wait already, though the thread has not run yet."""
        self.due = due
        """The real time, in nanoseconds, at which the wait would end if time were real."""
        self.signalled = signalled
        """Whether another thread may end it."""
        self.fired = False
        self.thread = threading.current_thread()

    def fire(self) -> None:
        """End the wait because its time has come."""
        self.fired = True
        if self.wake() is False:
            self.fired = False


def release(lock: _thread.LockType) -> Callable[[], bool]:
    """A ``wake`` that releases a lock on which the thread is parked."""

    def wake() -> bool:
        try:
            lock.release()
        except RuntimeError:
            return False
        return True

    return wake
