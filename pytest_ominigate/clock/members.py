"""Which threads live by a virtual clock."""

from __future__ import annotations

import contextlib
import threading
import weakref
from collections.abc import Container, Iterable, Iterator
from contextvars import ContextVar
from typing import TYPE_CHECKING

from . import inflight
from .frames import belongs_to_test_run

if TYPE_CHECKING:
    from .virtual import VirtualClock

here: ContextVar[VirtualClock | None] = ContextVar("ominigate_clock", default=None)
"""The clock the running code was started under; follows work into threads that are older than the clock."""


_restless: weakref.WeakSet[threading.Thread] = weakref.WeakSet()


class Members:
    """The thread that started the clock, all that it starts, and other threads that the test's work has reached.

    All others are outside: they live by real time, but a jump waits until they rest, since they may be about to do
    something for the test. That does not count for those of the harness and of the test run, which never do, nor for
    those that were found never to rest, nor for threads that were not started by ``threading``.
    """

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._inside = {threading.current_thread()}
        self._aside = {thread for thread in threading.enumerate() if _is_harness(thread)} - self._inside

    def has_current(self) -> bool:
        """Whether the calling thread lives by the clock."""
        # Not by ``current_thread``, which makes up an object for a bare thread, and leaves it behind.
        if threading._active.get(threading.get_ident()) in self._inside:  # type: ignore[attr-defined]
            return True
        return here.get() is self._clock and self.adopt(threading.current_thread())

    def others(self) -> set[threading.Thread]:
        """The threads that live by the clock, without the calling one."""
        me = threading.current_thread()
        return {thread for thread in [*self._inside] if thread is not me and thread.is_alive()}

    def has(self, thread: threading.Thread) -> bool:
        """Whether that thread lives by the clock."""
        return thread in self._inside

    def adopt(self, thread: threading.Thread) -> bool:
        """Let a thread live by the clock, because the test's work has reached it; whether it may."""
        if thread in self._aside:
            return False
        self._inside.add(thread)
        return True

    @contextlib.contextmanager
    def adoption(self) -> Iterator[None]:
        """The calling thread does the test's work inside, and afterwards whatever it did before."""
        thread = threading.current_thread()
        was_inside = thread in self._inside
        token = here.set(self._clock)
        self.adopt(thread)
        try:
            yield
        finally:
            here.reset(token)
            if not was_inside:
                self._inside.discard(thread)

    def born(self, thread: threading.Thread) -> None:
        """The calling thread is about to start another: it lives by the same time, unless it is the harness's."""
        if _is_harness(thread):
            self._aside.add(thread)
        elif self.has_current():
            self._inside.add(thread)

    def ignore(self, threads: Iterable[threading.Thread]) -> None:
        """From now on, and for all later clocks, wait no more for these threads outside: they never rest."""
        _restless.update(threads)

    def is_restless(self, thread: threading.Thread) -> bool:
        """Whether that thread is outside, and not waited for because it never rests."""
        return thread in _restless and thread not in self._inside

    def is_known(self, thread: threading.Thread) -> bool:
        """Whether that thread lives by the clock, or is the harness's."""
        if thread in self._inside or thread in self._aside:
            return True
        # One that is just beginning is not listed yet, and seems to be of unknown origin.
        return _is_dummy(thread) and any(each.ident == thread.ident for each in [*self._inside, *self._aside])

    def that_count(self, but: Container[threading.Thread] = ()) -> list[threading.Thread]:
        """The threads that a jump has to wait for, without those in *but*."""
        return [thread for thread in threading.enumerate() if thread not in but and self._counts(thread)]

    def _counts(self, thread: threading.Thread) -> bool:
        if thread in self._inside:
            return True
        return not (thread in self._aside or thread in _restless or _is_dummy(thread))


def _is_dummy(thread: threading.Thread) -> bool:
    """Whether it stands for a thread of unknown origin. It may do so for ever, though that thread has ended."""
    return isinstance(thread, threading._DummyThread)


def _is_harness(thread: threading.Thread) -> bool:
    return inflight.stays_real(thread) or belongs_to_test_run(thread)
