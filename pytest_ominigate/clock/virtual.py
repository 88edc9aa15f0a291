"""The virtual clock: time stands still while anything runs, and jumps to the next deadline when everything waits.

A jump rests on knowledge: every thread of the test is known to wait, no request is in flight, and nothing that would
end a wait has happened yet. A thread that waits in a way the clock does not know is judged by what the operating
system tells of it (``census``), and if nothing but real time could wake it, that is recorded as a doubt.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Self

import time_machine

from ..timeline import Wait
from . import inflight, native
from .dispatch import here, installed, state
from .frames import belongs_to_test_run, describe
from .patches import Patches
from .waiters import FOREVER, Waiter, never, release
from .watching import Watcher

START = datetime(2026, 6, 15, 12, tzinfo=UTC)
"""When every virtual clock starts: a fixed whole second, so that two runs are the same and HTTP-dates are exact."""

_FREE_READS = 20_000
"""Readings of the clock without any wait after which it starts to creep, so that a busy loop ends."""
_MAX_WAITS = 10_000


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
        self.lock = threading.RLock()
        self.waiters: list[Waiter] = []
        self._waits: list[Wait] = []
        self._doubts: list[str] = []
        self._holds = 0
        self._reads = 0
        self._creep_ns = 1_000
        self._children: list[subprocess.Popen[bytes]] = []
        self._watcher = Watcher(self)
        self.handed_over = 0
        """Pieces of work that were given to a pool and not taken up yet, maybe by a thread older than the clock."""
        self.pulses = 0
        """How often the test's threads have touched the clock or a socket."""
        self.ignored_loop: object = None
        """The event loop of the harness itself: a plain client may block it."""
        self.checkpoint: Callable[[], None] | None = None
        """Called in the test's threads wherever they touch the clock or a socket."""

    def on_stuck(self, notice: Callable[[str], None]) -> None:
        """Have *notice* called, with the reason, in a thread of the clock's own, if the test seems never to end."""
        self._watcher.on_stuck = notice

    # Reading

    def read_ns(self) -> int:
        """The monotonic time in nanoseconds."""
        self._reads += 1
        if self._reads > _FREE_READS:
            self._creep()
        return self._monotonic_ns

    def now(self) -> float:
        """Seconds since the clock was started."""
        return (self._monotonic_ns - self._origin_ns) / 1e9

    def wall(self) -> datetime:
        """The date and time of day, aware, in UTC."""
        return self._start + timedelta(microseconds=(self._monotonic_ns - self._origin_ns) // 1000)

    @property
    def waits(self) -> tuple[Wait, ...]:
        """The waits recorded so far, in the order in which they began."""
        return tuple(self._waits)

    @property
    def doubts(self) -> tuple[str, ...]:
        """Reasons why what was seen may not be all that happened, such as a wait on real time."""
        return tuple(self._doubts)

    def doubt(self, reason: str) -> None:
        """Record a reason, once."""
        if reason not in self._doubts:
            self._doubts.append(reason)

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """No jump inside: something that this process cannot see is at work."""
        with self.lock:
            self._holds += 1
        try:
            yield
        finally:
            with self.lock:
                self._holds -= 1

    # Who lives by it

    def governs(self) -> bool:
        """Whether the calling thread lives by this clock."""
        thread = threading.current_thread()
        if thread not in self._foreign:
            return True
        if here.get() is self and not inflight.stays_real(thread):
            self._foreign.discard(thread)
            return True
        return False

    def pulse(self) -> None:
        """The calling thread touches the clock."""
        self.pulses += 1
        if self.checkpoint is not None:
            self.checkpoint()

    def owns(self, thread: threading.Thread) -> bool:
        """Whether that thread lives by this clock."""
        return thread not in self._foreign

    def adopt(self) -> None:
        """Let the calling thread live by this clock: the test's work has reached it."""
        thread = threading.current_thread()
        if not inflight.stays_real(thread):
            self._foreign.discard(thread)

    def dismiss(self) -> None:
        """Leave the calling thread on real time again."""
        self._foreign.add(threading.current_thread())

    # Life

    def __enter__(self) -> Self:
        """Start the clock for the calling thread and all that it starts."""
        if state.active is not None:
            raise RuntimeError("a virtual clock is already running in this process")
        self._stack = contextlib.ExitStack()
        self._stack.enter_context(installed())
        inflight.reset()
        self._foreign = set(threading.enumerate()) - {threading.current_thread()}
        self._monotonic_ns = self._origin_ns = native.monotonic_ns() + state.skipped + self._lead_ns
        self._token = here.set(self)
        travel = time_machine.travel(self._start, tick=False)
        self._traveller = travel.start()
        self._stack.callback(travel.stop)
        self._stack.enter_context(Patches())
        state.active = self
        self._watcher.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Stop the clock, put everything back and wake whoever still waits."""
        state.active = None
        state.skipped = max(0, self._monotonic_ns - native.monotonic_ns())
        with contextlib.suppress(ValueError):  # entered in another context, as async fixtures may be
            here.reset(self._token)
        with self.lock:
            for waiter in self.waiters:
                waiter.fire()
            self.waiters.clear()
        self._stack.close()
        self._watcher.stop()

    # Waiting

    def register(
        self,
        deadline: int,
        wake: Callable[[], bool | None],
        ready: Callable[[], bool] = never,
        *,
        signalled: bool = False,
    ) -> Waiter:
        """Enter the calling thread as waiting until *deadline* (nanoseconds). If all wait, the clock jumps at once.

        *signalled* says that another thread may end the wait, be it one older than the clock.
        """
        with self.lock:
            self._reads, self._creep_ns = 0, 1_000
            due = native.monotonic_ns() + deadline - self._monotonic_ns
            waiter = Waiter(deadline, wake, ready, due, signalled=signalled)
            self.waiters.append(waiter)
            self.jump_if_all_wait()
        return waiter

    def unregister(self, waiter: Waiter) -> None:
        """The thread runs again."""
        with self.lock:
            if waiter in self.waiters:
                self.waiters.remove(waiter)

    def deadline_in(self, seconds: float) -> int:
        """The deadline, in nanoseconds, that many seconds from now; at least one nanosecond ahead."""
        return min(FOREVER - 1, self._monotonic_ns + max(1, round(seconds * 1e9)))

    def park(self, lock: native.Lock, deadline: int, *, signalled: bool = False) -> bool:
        """Block on a held lock until it is released or the deadline comes; True if it was released by another."""
        waiter = self.register(deadline, release(lock), lambda: not lock.locked(), signalled=signalled)
        try:
            lock.acquire()
        finally:
            self.unregister(waiter)
        return not waiter.fired

    def sleep(self, seconds: float) -> None:
        """Wait that many seconds of virtual time."""
        self.note_wait(seconds, "time.sleep", blocking=True)
        lock = native.allocate_lock()
        lock.acquire()
        self.park(lock, self.deadline_in(seconds))

    def note_wait(self, seconds: float, how: str, *, blocking: bool = False) -> None:
        """Record a wait of the calling frame."""
        if len(self._waits) < _MAX_WAITS:
            where, layer = describe(sys._getframe(2))
            self._waits.append(
                Wait(
                    at=self.now(),
                    seconds=seconds,
                    how=how,
                    where=where,
                    layer=layer,
                    lane=inflight.lane.get(),
                    blocks_loop=blocking and self._blocks_a_loop(),
                )
            )

    def _blocks_a_loop(self) -> bool:
        asyncio = sys.modules.get("asyncio")
        loop = asyncio._get_running_loop() if asyncio else None
        return loop is not None and loop is not self.ignored_loop

    # Jumping

    def jump_if_all_wait(self) -> bool:
        """Jump to the next deadline if nothing can run before it; whether that was done. Call it with the lock held."""
        return self._nothing_runs() and self._jump()

    def _nothing_runs(self) -> bool:
        if self.held() or inflight.anything():
            return False
        if not all(map(self._watcher.asleep, self.unknown_threads())):
            return False
        return not any(waiter.ready() for waiter in self.waiters)

    def unknown_threads(self) -> list[threading.Thread]:
        """The threads that may be running: those of the test that do not wait on the clock.

        Where something waits for a signal, the threads older than the clock count too: one may be about to give it.
        """
        others = {waiter.thread for waiter in self.waiters}
        expected = self.handed_over or any(waiter.signalled for waiter in self.waiters)
        if not expected or self._watcher.tired_of_older_threads:
            others |= self._foreign
        return [thread for thread in threading.enumerate() if thread not in others and not self._is_harness(thread)]

    def _is_harness(self, thread: threading.Thread) -> bool:
        # A thread that was not started by ``threading`` gets a dummy for ever as soon as anything in it, be it a
        # finaliser, asks who it is; the clock's own watcher among them.
        if isinstance(thread, threading._DummyThread):
            return True
        return inflight.stays_real(thread) or (thread in self._foreign and belongs_to_test_run(thread))

    def held(self) -> bool:
        """Whether the clock keeps to real time for now."""
        return bool(self._holds) or self._child_runs()

    def _child_runs(self) -> bool:
        self._children = [child for child in self._children if child.poll() is None]
        return bool(self._children)

    def at_work(self, child: subprocess.Popen[bytes]) -> None:
        """Keep to real time while a process started by the test lives."""
        self._children.append(child)

    def _jump(self) -> bool:
        deadline = min((waiter.deadline for waiter in self.waiters), default=FOREVER)
        if deadline >= FOREVER:
            return False
        self.advance(deadline)
        return True

    def advance(self, to_ns: int) -> None:
        """Move on to that time and end the waits that are over by then. Call it with the lock held."""
        if to_ns > self._monotonic_ns:
            self._traveller.shift((to_ns - self._monotonic_ns) / 1e9)
            self._monotonic_ns = to_ns
        for waiter in [waiter for waiter in self.waiters if waiter.deadline <= to_ns]:
            self.waiters.remove(waiter)
            waiter.fire()

    def _creep(self) -> None:
        """Move on a little: something reads the clock in a loop and would otherwise do so for ever."""
        with self.lock:
            if self._reads > 2 * _FREE_READS and self._creep_ns < 10_000_000:
                self._reads, self._creep_ns = _FREE_READS, self._creep_ns * 2
            self.advance(self._monotonic_ns + self._creep_ns)
