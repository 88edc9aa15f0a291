"""A thread of the clock's own that sees what no thread of the test can: that others ended, escaped, or hang."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from . import census, inflight, native
from .frames import describe
from .waiters import FOREVER

if TYPE_CHECKING:
    from .virtual import VirtualClock

_LOOK_S = 0.002
_GRACE_NS = 5_000_000_000
"""Real time that a wait may last beyond its length before it is ended although something seems to be running."""
_ASLEEP_LOOKS = 4
"""Looks in a row (8 ms) after which a thread counts as asleep: one that waits for the interpreter wakes every 5 ms."""
_BLOCKED_LOOKS = 15
"""Looks in a row (30 ms) at a thread that sleeps in an unknown way before this is called a doubt."""
_OLDER_LOOKS = 50
"""Looks in a row (100 ms) at threads older than the clock that keep waking, while all of the test's own wait."""
_IDLE_LOOKS = 1_500
"""Looks in a row (3 s) at a test that waits for nothing that could come."""
_MOST_PULSES = 300_000
_MOST_BUSY_NS = 20_000_000_000
"""Processor time without a touch of the clock or of a socket."""


class Watcher:
    """Looks every few milliseconds, in real time, for as long as the clock runs."""

    def __init__(self, clock: VirtualClock) -> None:
        self.on_stuck: Callable[[str], None] | None = None
        self._clock = clock
        self._quiet: dict[int, tuple[bytes, int]] = {}
        self._pulses = 0
        self._idle_looks = 0
        self._older_looks = 0
        self._busy_since_ns = 0
        self._bell = native.allocate_lock()
        self._done = native.allocate_lock()

    @property
    def tired_of_older_threads(self) -> bool:
        """Whether threads older than the clock have been looked at long enough: one that wakes all the time, for a
        purpose of its own, would else keep the clock from ever jumping.
        """
        return self._older_looks > _OLDER_LOOKS

    def start(self) -> None:
        """Start looking."""
        self._busy_since_ns = native.process_time_ns()
        self._bell.acquire()
        self._done.acquire()
        native.start_new_thread(self._keep_looking, ())

    def stop(self) -> None:
        """Stop, and return when the thread has ended."""
        self._bell.release()
        self._done.acquire()

    def asleep(self, thread: threading.Thread) -> bool:
        """Whether a thread that does not wait on the clock has been asleep, without running at all, for some looks."""
        account = self._account(thread)
        seen, looks = self._quiet.get(thread.native_id or 0, (b"", 0))
        return account is not None and account == seen and looks >= _ASLEEP_LOOKS

    def _account(self, thread: threading.Thread) -> bytes | None:
        return census.look(thread.native_id) if thread.native_id and census.AVAILABLE else None

    def _keep_looking(self) -> None:
        try:
            while not self._bell.acquire(timeout=_LOOK_S):
                with self._clock.lock:
                    self._look()
        finally:
            self._done.release()

    def _look(self) -> None:
        unknown = self._clock.unknown_threads()
        self._take_census(unknown)
        awake = [thread for thread in unknown if not self.asleep(thread)]
        only_older = bool(awake) and not any(map(self._clock.owns, awake))
        self._older_looks = self._older_looks + 1 if only_older or (self.tired_of_older_threads and not awake) else 0
        if not self._clock.jump_if_all_wait():
            self._end_overdue()
            self._find_escapes(unknown)
            self._find_stuck(unknown)

    def _take_census(self, threads: list[threading.Thread]) -> None:
        quiet: dict[int, tuple[bytes, int]] = {}
        for thread in threads:
            account, native_id = self._account(thread), thread.native_id or 0
            if account is not None:
                seen, looks = self._quiet.get(native_id, (b"", 0))
                quiet[native_id] = account, looks + 1 if account == seen else 0
        self._quiet = quiet

    def _end_overdue(self) -> None:
        """Let real time end the waits that no jump can: at its own pace while held, else only as a last resort."""
        held = self._clock.held()
        latest = native.monotonic_ns() - (0 if held else _GRACE_NS)
        overdue = [one.deadline for one in self._clock.waiters if one.deadline < FOREVER and one.due <= latest]
        if overdue:
            self._clock.doubt(
                "another process of the client's was at work during a wait; use --ominigate-clock=real"
                if held
                else "a wait was ended in real time because something else ran on for long"
            )
            self._clock.advance(min(overdue))

    def _find_escapes(self, unknown: list[threading.Thread]) -> None:
        """Notice a thread of the test that sleeps while nothing but real time could wake it."""
        if self._clock.held() or inflight.anything() or any(one.deadline < FOREVER for one in self._clock.waiters):
            return
        if any(self._quiet.get(thread.native_id or 0, (b"", 0))[1] < _BLOCKED_LOOKS for thread in unknown):
            return  # something runs, and may yet wake the others
        for thread in unknown:
            place, layer = describe(sys._current_frames().get(thread.ident or 0))
            if layer and self._clock.owns(thread):  # without a layer: the idle worker of a pool
                self._clock.doubt(f"a wait on real time, which the virtual clock cannot see, at {place}")

    def _find_stuck(self, unknown: list[threading.Thread]) -> None:
        """Notice a test that can never end: one that waits for nothing, for too long, or computes without a pause."""
        if self.on_stuck is None or self._clock.held():
            return
        processor_ns = native.process_time_ns()
        if self._clock.pulses != self._pulses:
            self._pulses, self._idle_looks, self._busy_since_ns = self._clock.pulses, 0, processor_ns
        self._idle_looks += 1
        if self._pulses > _MOST_PULSES:
            self.on_stuck("it waited without end")
        elif processor_ns - self._busy_since_ns > _MOST_BUSY_NS:
            self._busy_since_ns = processor_ns
            self.on_stuck("it computed without end")
        elif self._idle_looks > _IDLE_LOOKS and not unknown and not inflight.anything():
            self._idle_looks = 0
            self.on_stuck("it waited for something that never comes")
            with contextlib.suppress(IndexError):
                while True:
                    self._clock.waiters.pop().fire()
