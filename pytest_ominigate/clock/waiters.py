"""Who waits on the clock, until when, and how to wake them."""

from __future__ import annotations

import threading
from collections.abc import Callable

from . import native

FOREVER = 1 << 62
"""The deadline, in nanoseconds, of a wait that only something else can end."""


def never() -> bool:
    """The ``ready`` of a wait that nothing else ends, or that is told of its end."""
    return False


class Waiter:
    """One thread's wait on the clock."""

    __slots__ = ("deadline", "due", "fired", "idle", "over", "ready", "since", "thread", "unnoticed", "wake")

    def __init__(self, deadline: int, *, ready: Callable[[], bool] = never) -> None:
        self.deadline = deadline
        self.ready = ready
        """Whether something else has ended the wait already, though the thread has not run since."""
        self.unnoticed = False
        """Whether it is the harness or the standard library that waits, and not the client."""
        self.idle = False
        """Whether the thread only waits for work."""
        self.wake: Callable[[], object] | None = None
        """Unblocks the thread; None as long as it does not block."""
        self.over = False
        """Whether it has ended, so that the thread counts as running again."""
        self.fired = False
        """Whether it was the clock that ended it."""
        self.since = 0
        """The real time, in nanoseconds, at which it began."""
        self.due = 0
        """The real time, in nanoseconds, at which it would end if time were real."""
        self.thread = threading.current_thread()

    def fire(self) -> None:
        """End the wait because its time has come. Call it with the clock's lock held."""
        self.over = self.fired = True
        if self.wake is not None:
            self.wake()


class Parked(Waiter):
    """A wait that another thread ends with ``release``, as if this were a lock: what a condition keeps of a waiter.

    The thread counts as running from the moment of its release, not only when it gets to run: the clock must not jump
    in between.
    """

    __slots__ = ("_lock", "_on_release")

    def __init__(self, deadline: int, on_release: Callable[[Parked], None]) -> None:
        super().__init__(deadline)
        self._on_release = on_release
        self._lock = native.allocate_lock()
        self._lock.acquire()
        self.wake = self._lock.release

    def release(self) -> None:
        """End the wait because what it waits for has come.

        Raises:
            RuntimeError: it is over already; a lock's own ``release`` says so in the same way.
        """
        self._on_release(self)
        self._lock.release()

    def block(self) -> None:
        """Return when the wait is over."""
        self._lock.acquire()
