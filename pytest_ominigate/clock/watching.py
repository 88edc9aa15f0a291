"""A thread of the clock's own that sees what no thread of the test can: that others ended, escaped, or hang."""

from __future__ import annotations

import threading
from collections.abc import Callable

from . import inflight, native
from .conductor import Conductor
from .waiters import FOREVER

_LOOK_S = 0.002
_PAUSE_NS = 1_000_000_000
"""Between two looks: the process was stopped for a while, as with a suspended machine. That time says nothing."""
_PATIENCE_NS = 300_000_000
"""How long to wait for threads outside the test that never rest."""
_GRACE_NS = 5_000_000_000
"""Real time that a wait may last beyond its length before it is ended although something seems to be running."""
_IDLE_NS = 3_000_000_000
"""How long a test may wait for nothing that could come."""
_MOST_PULSES = 300_000
_PULSES_A_REQUEST = 200
_MOST_REQUESTS = 10_000
"""So many requests, of concurrent callers perhaps, entitle to that many touches more, each."""
_MOST_BUSY_NS = 20_000_000_000
"""Processor time without a touch of the clock or of a socket."""


class Watcher:
    """Looks every few milliseconds, in real time, for as long as the clock runs.

    Args:
        conductor: what moves the clock.
        on_stuck: called with the reason if the test seems never to end.
    """

    def __init__(self, conductor: Conductor, on_stuck: Callable[[str], None]) -> None:
        self._conductor = conductor
        self._on_stuck = on_stuck
        self._looked_at_ns = self._awake_since_ns = self._idle_since_ns = native.monotonic_ns()
        self._restless_since_ns: int | None = None
        self._restless_at_ns = 0
        """Where the clock stood then: if it has moved since, all has rested meanwhile."""
        self._busy_since_ns = native.process_time_ns()
        self._pulses = 0
        self._bell = native.allocate_lock()
        self._bell.acquire()
        self._ended = native.allocate_lock()
        self._ended.acquire()

    def start(self) -> None:
        """Start looking, in a bare thread: to start and join one of ``threading`` takes longer than most trials."""
        native.start_new_thread(self._keep_looking, ())

    def stop(self) -> None:
        """Stop, and return when the thread has done its last."""
        self._bell.release()
        self._ended.acquire()

    def _keep_looking(self) -> None:
        try:
            while not self._bell.acquire(timeout=_LOOK_S):
                with self._conductor.lock:
                    if self._conductor.running:
                        self.look(native.monotonic_ns())
            self._conductor.sleepers.close()
        finally:
            self._ended.release()

    def look(self, now_ns: int) -> None:
        """See how things stand. Call it with the conductor's lock held.

        Args:
            now_ns: the real monotonic time.
        """
        conductor = self._conductor
        if now_ns - self._looked_at_ns > _PAUSE_NS:
            self._awake_since_ns = self._idle_since_ns = now_ns
            self._restless_since_ns = None
        self._looked_at_ns = now_ns
        if not conductor.waiters and self._pulses != conductor.pulses <= _MOST_PULSES:
            # The test is at work, and nobody waits for it.
            self._pulses, self._idle_since_ns, self._busy_since_ns = conductor.pulses, now_ns, native.process_time_ns()
            return
        unknown = conductor.unknown_threads()
        conductor.sleepers.take_census(conductor.members.that_count(), now_ns, pulses=conductor.pulses)
        if conductor.is_held():
            conductor.end_due_waits(now_ns)
        elif not conductor.jump_if_all_wait():
            self._end_overdue(now_ns)
            self._bear_with_restless(unknown, now_ns)
            self._find_escapes(unknown)
            self._find_stuck(unknown, now_ns)

    def _end_overdue(self, now_ns: int) -> None:
        """Let real time end a wait that no jump can end: the last resort."""
        waiting = [waiter for waiter in self._conductor.waiters if waiter.deadline < FOREVER]
        overdue = [waiter.deadline for waiter in waiting if max(waiter.due, self._awake_since_ns) <= now_ns - _GRACE_NS]
        if overdue:
            self._conductor.doubt("a wait was ended in real time because something else ran on for long")
            self._conductor.advance(min(overdue))

    def _bear_with_restless(self, unknown: list[threading.Thread], now_ns: int) -> None:
        """Wait no longer for threads outside the test that run on and on, once all of the test waits."""
        members = self._conductor.members
        awake = [thread for thread in unknown if not self._conductor.may_be_asleep(thread)]
        clock_ns = self._conductor.hands.exact_ns
        if not awake or inflight.anything() or any(map(members.has, awake)):
            self._restless_since_ns = None
        elif self._restless_since_ns is None or self._restless_at_ns != clock_ns:
            self._restless_since_ns, self._restless_at_ns = now_ns, clock_ns
        elif now_ns - self._restless_since_ns > _PATIENCE_NS:
            members.ignore(awake)

    def _find_escapes(self, unknown: list[threading.Thread]) -> None:
        """Notice a thread of the test that sleeps until real time wakes it, while nothing else is under way."""
        if all(map(self._conductor.may_be_asleep, unknown)) and not inflight.anything():
            for thread in unknown:
                self._conductor.sleepers.suspect(thread)

    def _find_stuck(self, unknown: list[threading.Thread], now_ns: int) -> None:
        """Notice a test that can never end: one that waits for nothing, for too long, or computes without a pause."""
        conductor, busy_ns = self._conductor, native.process_time_ns()
        touched = conductor.pulses != self._pulses
        if touched:
            self._pulses, self._busy_since_ns = conductor.pulses, busy_ns
        if touched or inflight.anything() or not all(map(conductor.sleepers.is_hopeless, unknown)):
            self._idle_since_ns = now_ns
        if self._pulses > _MOST_PULSES + _PULSES_A_REQUEST * min(conductor.requests, _MOST_REQUESTS):
            self._on_stuck("it waited without end")
        elif busy_ns - self._busy_since_ns > _MOST_BUSY_NS:
            self._busy_since_ns = busy_ns
            self._on_stuck("it computed without end")
        elif now_ns - self._idle_since_ns > _IDLE_NS:
            self._idle_since_ns = now_ns
            self._on_stuck("it waited for something that never comes")
            conductor.end_waits([waiter for waiter in conductor.waiters if not waiter.idle])
