"""Moves a virtual clock on: time stands still while anything runs, and jumps to the next deadline when all waits.

A jump rests on knowledge: every thread of the test is known to wait, no request is in flight, and nothing that would
end a wait has happened yet. A thread that waits in a way the clock does not know is judged by what the operating
system tells of it (``sleepers``), and if real time is to wake it, that is recorded as a doubt.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Container, Iterable, Iterator

from . import inflight, native
from .children import Children
from .frames import in_debugger, is_idle, site_of
from .hands import Hands
from .members import Members
from .sleepers import Sleepers
from .waiters import FOREVER, Waiter

_LONG_NS = 500_000_000
"""So long does nobody need to end another's wait, unless by waiting."""
_ANOTHER_PROCESS = "another process of the client's was at work during a wait; use --ominigate-clock=real"


class Conductor:
    """Knows who waits and what is under way, and moves the hands of one clock.

    Args:
        hands: where the clock stands.
        members: the threads that live by it.
        doubt: called with a reason why what is seen may not be all that happens.
    """

    def __init__(self, hands: Hands, members: Members, doubt: Callable[[str], None]) -> None:
        self.hands = hands
        self.members = members
        self.doubt = doubt
        self.sleepers = Sleepers(members, doubt)
        self.children = Children()
        self.lock = threading.RLock()
        """Held while anything here is looked at or changed."""
        self.waiters: dict[Waiter, None] = {}
        self._woken: set[threading.Thread] = set()
        """Threads whose wait is over, but that have not come to run since."""
        self.running = False
        self.pulses = 0
        """How often the test's threads have touched the clock or a socket."""
        self.requests = 0
        """How often they have sent something to a server of this process."""
        self._holds = 0

    # Who waits

    def register(self, waiter: Waiter) -> None:
        """Enter the calling thread as waiting. If all wait, the clock jumps at once, and the wait may be over."""
        with self.lock:
            if not self.running:
                if waiter.deadline < FOREVER:
                    waiter.fire()
                return
            waiter.since = native.monotonic_ns()
            waiter.due = waiter.since + waiter.deadline - self.hands.exact_ns
            self.waiters[waiter] = None
            self.jump_if_all_wait()

    def unregister(self, waiter: Waiter) -> None:
        """The calling thread runs again."""
        self._woken.discard(waiter.thread)
        if not waiter.over:
            with self.lock:
                waiter.over = True
                self.waiters.pop(waiter, None)

    def end(self, waiter: Waiter) -> None:
        """Something else than time ends the wait.

        Raises:
            RuntimeError: it is over already.
        """
        with self.lock:
            if waiter.over:
                raise RuntimeError("release unlocked lock")
            waiter.over = True
            if self.waiters.pop(waiter, self) is None:
                self._woken.add(waiter.thread)
        if self.running:
            self._look_at_who_ended(waiter)

    def _look_at_who_ended(self, waiter: Waiter) -> None:
        """Doubt what is seen where a thread on real time ended a wait of the test, and may have waited before that."""
        thread = threading.current_thread()
        if self.members.is_restless(thread):
            self.doubt("a thread older than the clock, which never rests, ended a wait of the test")
        elif waiter.since and not self.members.is_known(thread) and native.monotonic_ns() - waiter.since > _LONG_NS:
            self.doubt("a thread older than the clock, which waits on real time, ended a wait of the test")

    def end_waits(self, waiters: Iterable[Waiter]) -> None:
        """End these waits as if their time had come, the earliest first. Call it with the lock held."""
        for waiter in sorted(waiters, key=lambda waiter: waiter.deadline):
            del self.waiters[waiter]
            self._woken.add(waiter.thread)
            waiter.fire()

    def stop(self) -> None:
        """Wake whoever waits for a time. Other waits go on without the clock."""
        with self.lock:
            self.running = False
            self.end_waits([waiter for waiter in self.waiters if waiter.deadline < FOREVER])
            self.waiters.clear()

    def be_in_a_copy(self) -> None:
        """The process was copied, and no thread but this one: another may have held the lock."""
        self.running = False
        self.lock = threading.RLock()

    def close(self) -> None:
        """Give back what was taken, when the clock has stopped."""
        with self.lock:
            self.sleepers.close()

    def unknown_threads(self) -> list[threading.Thread]:
        """The threads that may be running: all that do not wait on the clock.

        Those outside the test count too: one may be about to end a wait, or to take up some work of the test.
        """
        return self.members.that_count(but={waiter.thread for waiter in self.waiters})

    def next_of(self, threads: Container[threading.Thread]) -> int | None:
        """The next deadline of these threads' waits; None where none of them waits for a time."""
        with self.lock:
            due = [waiter.deadline for waiter in self.waiters if waiter.thread in threads]
        return min((deadline for deadline in due if deadline < FOREVER), default=None)

    def doubt_rest(self) -> None:
        """Real time passes that is not seen: all of the test rests, and something outside is to wake it."""
        if self.children.any_alive():
            self.doubt(_ANOTHER_PROCESS)
            return
        for thread in [*self.unknown_threads(), *(waiter.thread for waiter in self.waiters)]:
            frame = sys._current_frames().get(thread.ident or 0)
            if frame is not None and self.members.has(thread) and not is_idle(frame):
                if not in_debugger(frame):
                    self.sleepers.note_escape(str(site_of(frame)))
                return

    # Moving on

    def jump_if_all_wait(self) -> bool:
        """Jump to the next deadline if nothing can run before it; whether that was done. Call it with the lock held."""
        deadline = min([waiter.deadline for waiter in self.waiters], default=FOREVER)
        if deadline >= FOREVER or not self._nothing_runs():
            return False
        self.advance(deadline)
        return True

    def see_to_waiters(self) -> None:
        """Something that kept the clock from a jump has come to its end: perhaps nothing runs any more."""
        if self.waiters:
            with self.lock:
                if self.running:
                    self.jump_if_all_wait()

    def _nothing_runs(self) -> bool:
        # The order matters: what is in flight comes to its end as something ready, so that is looked at last.
        unknown = self.unknown_threads()
        if not all(map(self.may_be_asleep, unknown)) or self.is_held() or inflight.anything():
            return False
        if not all(map(self.sleepers.include, unknown)) or any(waiter.ready() for waiter in self.waiters):
            return False
        for thread in unknown:
            self.sleepers.suspect(thread)
        return True

    def may_be_asleep(self, thread: threading.Thread) -> bool:
        """Whether a thread that does not wait on the clock was asleep at the last census, and was not woken since."""
        return thread not in self._woken and self.sleepers.may_include(thread)

    def advance(self, to_ns: int) -> None:
        """Move on to that time, and end the waits that are over by then. Call it with the lock held."""
        self.hands.exact_ns = max(to_ns, self.hands.exact_ns)
        self.end_waits([waiter for waiter in self.waiters if waiter.deadline <= to_ns])

    # Keeping to real time

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """No jump inside: waits last as long as in real time."""
        with self.lock:
            self._holds += 1
        try:
            yield
        finally:
            with self.lock:
                self._holds -= 1

    def is_held(self) -> bool:
        """Whether waits last as long as in real time for now."""
        return self._holds > 0 or self.children.any_alive()

    def end_due_waits(self, now_ns: int) -> None:
        """While the clock is held, end the waits that would be over in real time. Call it with the lock held."""
        due = [waiter for waiter in self.waiters if waiter.deadline < FOREVER and waiter.due <= now_ns]
        if due:
            if not self._holds and not all(waiter.unnoticed for waiter in due):
                self.doubt(_ANOTHER_PROCESS)
            self.advance(min(waiter.deadline for waiter in due))
