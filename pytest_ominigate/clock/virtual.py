"""The virtual clock: the client's waits last as long as they are asked to, and cost no real time."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Self

import time_machine

from ..timeline import Wait
from . import dispatch, hosts, inflight, native, uvloop_loop
from .children import Children
from .conductor import Conductor
from .dispatch import mocked, state
from .hands import Hands
from .members import Members, here
from .patches import Patches
from .running_loop import running_loop
from .wait_log import Entry, WaitLog
from .waiting import Waiting
from .watching import LOOKOUT, Watcher

START = datetime(2026, 6, 15, 12, tzinfo=UTC)
"""When every virtual clock starts: a fixed whole second, so that two runs are the same and HTTP-dates are exact."""

_FREE_READS = 20_000
"""Readings of the clock without any wait or request after which it starts to creep, so that a busy loop ends."""
_CREEP_NS = 1_000
"""By how much it creeps at first."""
_MOST_LEFT = 100
"""How many waits of threads that a test leaves behind are brought to their ends."""
_LONGEST_SLEEP = 9_223_372_036
"""Seconds; ``time.sleep`` refuses more."""


@contextlib.contextmanager
def installed() -> Iterator[None]:
    """Have at hand what every clock needs, so that one after the other starts fast inside.

    The functions of ``time`` are replaced by such as pass through until a clock starts; see ``dispatch.installed``.
    """
    with dispatch.installed(), LOOKOUT.kept():
        yield


class VirtualClock:
    """Discrete-event time for the threads and event loops of one test.

    Use it as a context manager, one at a time in a process. All public times are seconds since the start.

    Args:
        start: the date and time of day at which it starts.
        lead: seconds by which monotonic time has moved on since the last clock stopped.
    """

    def __init__(self, *, start: datetime = START, lead: float = 0.0) -> None:
        self._start = start
        self._lead_ns = round(lead * 1e9)
        self._hands = Hands(start, 0)
        self._log = WaitLog()
        self._doubts: list[str] = []
        self._reads = 0
        self._creep_ns = _CREEP_NS
        self._crept_to_ns = 0
        self._copied_at: int | None = None
        self._on_stuck: Callable[[str], None] | None = None
        self.ignored_loop: object = None
        """The event loop of the harness itself: a plain client may block it."""
        self.checkpoint: Callable[[], None] | None = None
        """Called in the test's threads wherever they touch the clock or a socket."""

    def on_stuck(self, notice: Callable[[str], None]) -> None:
        """Have *notice* called, with the reason, in a thread of the clock's own, if the test seems never to end."""
        self._on_stuck = notice

    def _stuck(self, reason: str) -> None:
        if self._on_stuck is not None:
            self._on_stuck(reason)

    # Reading

    def now(self) -> float:
        """Seconds since the clock was started."""
        return self._hands.exact_ns / 1e9

    def wall(self) -> datetime:
        """The date and time of day, aware, in UTC."""
        return self._hands.wall()

    @property
    def waits(self) -> tuple[Wait, ...]:
        """The waits recorded so far, in the order in which they began."""
        return self._log.waits()

    @property
    def doubts(self) -> tuple[str, ...]:
        """Reasons why what was seen may not be all that happened, such as a wait on real time."""
        self._look_for_mocks()
        return tuple(self._doubts)

    def doubt(self, reason: str) -> None:
        """Record a reason, once."""
        if reason not in self._doubts:
            self._doubts.append(reason)

    def _look_for_mocks(self) -> None:
        names = mocked()
        for name in names if state.active is self else ():  # or else our own are no longer in place
            self.doubt(f"the test has put something of its own in place of {name}, so waits with it are not seen")

    def read_ns(self) -> int:
        """The monotonic time in nanoseconds, for a thread that lives by the clock."""
        self._reads += 1
        if self._reads > _FREE_READS:
            self._creep()
        return self._hands.reading_ns()

    def _creep(self) -> None:
        """Move on a little: something reads the clock in a loop and would otherwise do so for ever."""
        if self._hands.exact_ns != self._crept_to_ns:  # it has waited meanwhile
            self._crept_to_ns = self._hands.exact_ns
            self._read_afresh()
            return
        if self._reads > 2 * _FREE_READS and self._creep_ns < 10_000_000:
            self._reads, self._creep_ns = _FREE_READS, self._creep_ns * 2
        with self._conductor.lock:
            self._conductor.advance(self._hands.exact_ns + self._creep_ns)
            self._crept_to_ns = self._hands.exact_ns

    def _read_afresh(self) -> None:
        self._reads, self._creep_ns = 0, _CREEP_NS

    def _note_request(self) -> None:
        self._read_afresh()
        self._conductor.requests += 1

    def _read_wall_ns(self) -> int:
        """What ``time.time`` and its like are made of while the clock runs, in all threads."""
        if self._copied_at is not None:
            return self._hands.wall_ns() + native.monotonic_ns() - self._copied_at
        if state.active is self and self.members.has_current():
            self.read_ns()
        return self._hands.wall_ns()

    def run_on(self) -> None:
        """Let time go on in real time from here: this is a copy of the process, in which nobody drives the clock."""
        self._conductor.be_in_a_copy()
        self._copied_at = native.monotonic_ns()
        state.skipped = max(0, self._hands.reading_ns() - self._copied_at)

    # Life

    def __enter__(self) -> Self:
        """Start the clock for the calling thread and all that it starts.

        Raises:
            RuntimeError: a virtual clock is already running in this process.
        """
        if state.active is not None:
            raise RuntimeError("a virtual clock is already running in this process")
        with contextlib.ExitStack() as stack:
            stack.enter_context(installed())
            inflight.reset()
            state.skipped += self._lead_ns  # also for threads that do not live by the clock, or not yet
            self._hands = Hands(self._start, native.monotonic_ns() + state.skipped)
            self.members = Members(self)
            self._conductor = Conductor(self._hands, self.members, self.doubt)
            self.waiting = Waiting(self._conductor)
            stack.callback(self._conductor.close)
            stack.callback(hosts.stand_back)
            stack.enter_context(LOOKOUT.manned(Watcher(self._conductor, self._stuck)))
            # As a number: with a date, its zone would become that of the whole process.
            travel = time_machine.travel(self._start.timestamp(), tick=False)
            travel.start().time_ns = self._read_wall_ns  # type: ignore[method-assign]
            stack.callback(travel.stop)
            stack.enter_context(Patches())
            inflight.on_send.append(self._note_request)
            stack.callback(inflight.on_send.remove, self._note_request)
            inflight.on_idle.append(self._conductor.see_to_waiters)
            stack.callback(inflight.on_idle.remove, self._conductor.see_to_waiters)
            self._token = here.set(self)
            self._conductor.running = True
            state.active = self
            if uvloop_loop.is_one(running_loop()):
                self.doubt(uvloop_loop.DOUBT)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Stop the clock, put everything back and wake whoever waits for a time. Other waits go on in real time."""
        self._look_for_mocks()
        state.active = None
        state.skipped = max(0, self._hands.reading_ns() - native.monotonic_ns())
        with contextlib.suppress(ValueError):  # entered in another context, as async fixtures may be
            here.reset(self._token)
        self._conductor.stop()
        self.waiting.close()
        self._stack.close()

    def run_out(self, seconds: float) -> None:
        """Let threads that the test has left behind go on for so long at most, or until all of them rest.

        Each would else wake when the clock stops, and might be taken for a part of what comes next.
        """
        end_ns = self._hands.exact_ns + round(seconds * 1e9)
        for _ in range(_MOST_LEFT):
            others = self.members.others()
            if not others or self._conductor.is_held():
                return
            self.waiting.sleep(1e-9, unnoticed=True)  # over when all of them wait
            due_ns = self._conductor.next_of(others)
            if due_ns is None or due_ns > end_ns:
                return
            self.waiting.sleep(max(1, due_ns - self._hands.exact_ns) / 1e9, unnoticed=True)

    def hold(self) -> contextlib.AbstractContextManager[None]:
        """No jump inside: something that is none of the test's is at work. Waits last as long as in real time."""
        return self._conductor.hold()

    # What the stand-ins for the waiting functions ask for

    def pulse(self) -> None:
        """A thread of the test touches the clock."""
        self._conductor.pulses += 1
        if self.checkpoint is not None:
            self.checkpoint()

    @property
    def children(self) -> Children:
        """The processes that the test has started."""
        return self._conductor.children

    def thread_ended(self) -> None:
        """The calling thread has come to its end, so that perhaps nothing runs any more."""
        self._conductor.see_to_waiters()

    def sleep(self, seconds: float, *, unnoticed: bool = False) -> None:
        """Wait that many seconds of virtual time. *unnoticed*: it is no wait of the client's.

        Raises:
            OverflowError: far too long, as for ``time.sleep``.
        """
        if seconds > _LONGEST_SLEEP:
            native.sleep(seconds)
        if not unnoticed:
            self.note_wait(seconds, "time.sleep", blocking=True)
        self.waiting.sleep(seconds, unnoticed=unnoticed)

    def note_wait(self, seconds: float, how: str, *, blocking: bool = False) -> Entry:
        """Record a wait of the calling frame."""
        blocks_loop = blocking and self.blocks_a_loop()
        return self._log.note(self._hands.exact_ns, seconds, how, sys._getframe(2), blocks_loop=blocks_loop)

    def note_no_more(self) -> None:
        """Whoever waits from here on is no longer of interest."""
        self._log.closed = True

    def amend_wait(self, entry: Entry) -> None:
        """The wait has ended just now, before its time."""
        entry.seconds = (self._hands.exact_ns - entry.at_ns) / 1e9

    def appoint(self, seconds: float) -> None:
        """An event loop of the test is told to do something in so many seconds."""
        self._hands.appoint(seconds)

    def blocks_a_loop(self) -> bool:
        """Whether a blocking wait of the calling thread would stop an event loop of the client's."""
        loop = running_loop()
        return loop is not None and loop is not self.ignored_loop
