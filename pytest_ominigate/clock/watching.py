"""A thread of the clock's own that sees what no thread of the test can: that others ended, escaped, or hang."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from . import census, hosts, inflight, native
from .conductor import Conductor
from .waiters import FOREVER

_LOOK_S = 0.002
_LOOK_LESS_OFTEN_S = 0.010
"""As long as the test is at work: each look takes the interpreter from it, and waits until it lets go."""
_PAUSE_NS = 1_000_000_000
"""Between two looks: the process was stopped for a while, as with a suspended machine. That time says nothing."""
_PATIENCE_NS = 300_000_000
"""How long to wait for threads outside the test that never rest."""
_GRACE_NS = 5_000_000_000
"""Real time that a wait may last beyond its length before it is ended although something seems to be running."""
_MOST_ESCAPED_NS = 10_000_000_000
"""How long a test may go on that was found to wait on real time. It may do so for ever: its clock stands still."""
_MOST_HELD_NS = 60_000_000_000
"""How long another process may be at work: as long as a trial on real time may last."""
_IDLE_NS = 3_000_000_000
"""How long a test may wait for nothing that could come."""
_LONGEST_REST_NS = 300_000_000
"""How long all of a test may rest, with a request behind it and no deadline before it, before that is a wait of its own
which something outside will end. The shortest waits that matter last a second."""
_MOST_PULSES = 300_000
_PULSES_A_REQUEST = 200
_MOST_REQUESTS = 10_000
"""So many requests, of concurrent callers perhaps, entitle to that many touches more, each."""
_MOST_BUSY_NS = 20_000_000_000
"""Processor time without a touch of the clock or of a socket."""


class Watcher:
    """Sees how things stand with one clock, every few milliseconds of real time.

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
        self._told_at_large_ns = 0
        self._held_since_ns: int | None = None
        self._busy_since_ns = native.process_time_ns()
        self._pulses = 0
        self._resting_since_ns = self._looked_at_ns
        self._rested_at: object = None

    def glance(self) -> bool:
        """Look, if the clock still runs; whether there was more to see than a test at work."""
        with self._conductor.lock:
            return self._conductor.running and self.look(native.monotonic_ns())

    def look(self, now_ns: int) -> bool:
        """See how things stand. Call it with the conductor's lock held.

        Args:
            now_ns: the real monotonic time.

        Returns:
            False if the test is at work and nobody waits for it; so far there is nothing more to see.
        """
        conductor = self._conductor
        if now_ns - self._looked_at_ns > _PAUSE_NS:
            self._awake_since_ns = self._idle_since_ns = now_ns
            self._restless_since_ns = self._held_since_ns = None
        self._looked_at_ns = now_ns
        if not conductor.waiters and self._pulses != conductor.pulses <= _MOST_PULSES:
            # The test is at work, and nobody waits for it.
            self._pulses, self._idle_since_ns, self._busy_since_ns = conductor.pulses, now_ns, native.process_time_ns()
            return False
        unknown = conductor.unknown_threads()
        conductor.sleepers.take_census(conductor.members.that_count(), now_ns, pulses=conductor.pulses)
        self._find_rest(unknown, now_ns)
        if conductor.is_held():
            conductor.end_due_waits(now_ns)
            self._find_held_for_long(now_ns)
            return True
        self._held_since_ns = None
        if not conductor.jump_if_all_wait():
            self._end_overdue(now_ns)
            self._bear_with_restless(unknown, now_ns)
            self._find_escapes(unknown)
            self._find_stuck(unknown, now_ns)
            self._find_at_large(now_ns)
        return True

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
        if self._all_asleep(unknown):
            for thread in unknown:
                self._conductor.sleepers.suspect(thread)

    def _find_rest(self, unknown: list[threading.Thread], now_ns: int) -> None:
        """Notice a test that rests until something outside wakes it: another process, a signal, a thread in C.

        Before its first request it may do so, as to ask another process for a token.
        """
        conductor = self._conductor
        standing = conductor.pulses, conductor.hands.exact_ns
        asleep = conductor.requests and standing == self._rested_at and census.AVAILABLE and self._all_asleep(unknown)
        if not asleep:
            self._resting_since_ns, self._rested_at = now_ns, standing
        elif now_ns - max(self._resting_since_ns, self._awake_since_ns) > _LONGEST_REST_NS:
            conductor.doubt_rest()

    def _all_asleep(self, threads: list[threading.Thread]) -> bool:
        """Whether these threads sleep and nothing is under way to them.

        What has arrived is no longer under way: its reader is awake, though it may not have come to run yet. So the
        threads are looked at once more, last of all.
        """
        conductor = self._conductor
        at_rest = all(map(conductor.may_be_asleep, threads)) and not inflight.anything()
        return at_rest and all(map(conductor.sleepers.include, threads))

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
            self._give_up("it waited for something that never comes")

    def _find_at_large(self, now_ns: int) -> None:
        """Notice a test that has waited on real time, and is not over long after."""
        escaped_at_ns = self._conductor.sleepers.escaped_at_ns
        if escaped_at_ns is None:
            return
        if now_ns - max(escaped_at_ns, self._awake_since_ns, self._told_at_large_ns) > _MOST_ESCAPED_NS:
            self._told_at_large_ns = now_ns
            self._give_up("it waited on real time, and did not come to its end")

    def _find_held_for_long(self, now_ns: int) -> None:
        """Notice another process that is at work for so long that it may be so for ever."""
        if self._held_since_ns is None:
            self._held_since_ns = now_ns
        elif now_ns - self._held_since_ns > _MOST_HELD_NS:
            self._held_since_ns = now_ns
            self._give_up(f"another process was still at work after {_MOST_HELD_NS // 10**9} s of real time")

    def _give_up(self, reason: str) -> None:
        self._on_stuck(reason)
        self._conductor.end_waits([waiter for waiter in self._conductor.waiters if not waiter.idle])


class Lookout:
    """The thread that looks, for whichever clock runs. It lasts as long as somebody keeps it.

    It is a bare thread: to start and join one of ``threading`` takes longer than most trials. And it outlasts a single
    clock, since to start one and wait for its end takes as long as a request.
    """

    def __init__(self) -> None:
        self._keepers = 0
        self._watcher: Watcher | None = None
        self._bell = self._ended = native.allocate_lock()

    @property
    def on_duty(self) -> bool:
        """Whether it sees who comes to a server, which then needs no thread of its own for that."""
        return self._keepers > 0

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep the thread for as long as the block lasts."""
        if not self._keepers:
            self._bell, self._ended = native.allocate_lock(), native.allocate_lock()
            self._bell.acquire()
            self._ended.acquire()
            native.start_new_thread(self._keep_looking, ())
        self._keepers += 1
        try:
            yield
        finally:
            self._keepers -= 1
            if not self._keepers:
                self._bell.release()
                self._ended.acquire()
                hosts.stand_alone()

    @contextmanager
    def manned(self, watcher: Watcher) -> Iterator[None]:
        """Let that watcher look for as long as the block lasts, or its clock."""
        self._watcher = watcher
        try:
            yield
        finally:
            self._watcher = None

    def be_in_a_copy(self) -> None:
        """The process was copied, and the thread was not: nobody is to wait for its end."""
        if self._keepers:
            self._ended.release()

    def _keep_looking(self) -> None:
        pause_s = _LOOK_S
        try:
            while not self._bell.acquire(timeout=pause_s):
                hosts.look()
                watcher = self._watcher
                pause_s = _LOOK_S if watcher is not None and watcher.glance() else _LOOK_LESS_OFTEN_S
        finally:
            self._ended.release()


LOOKOUT = Lookout()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=LOOKOUT.be_in_a_copy)
