"""Which threads are asleep although they do not wait on the clock, as far as the operating system can tell."""

from __future__ import annotations

import sys
import threading
import weakref
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from . import census, native
from .census import Block
from .frames import is_idle, site_of
from .members import Members

_REST_NS = 15_000_000
"""For how long a thread must not have run to count as asleep. One that waits for the interpreter does so for 5 ms."""
_REST_UNTOLD_NS = 100_000_000
"""The same where the system keeps no account, and a thread that waits for a processor looks the same as one asleep."""


@dataclass(slots=True)
class _Rest:
    """A thread that has not run for a while."""

    account: census.Account
    since_ns: int
    block: Block | None = None
    """What it is blocked on; None as long as it may not really be asleep."""
    idle: bool = False
    """Whether it only waits for work."""
    place: str = ""


_remembered: weakref.WeakKeyDictionary[threading.Thread, _Rest] = weakref.WeakKeyDictionary()
"""What the last clock found, so that a thread that has not run since need not be watched anew."""


class Sleepers:
    """The threads that were found asleep at the last census.

    Args:
        members: the threads that live by the clock.
        doubt: called with a reason why what is seen may not be all that happens.
    """

    def __init__(self, members: Members, doubt: Callable[[str], None]) -> None:
        self._members = members
        self._doubt = doubt
        self._rests = dict(_remembered)
        self._records: dict[threading.Thread, census.Record] = {}
        self._activity: object = None
        self.escaped_at_ns: int | None = None
        """The real time at which a thread of the test was first found to wait on real time."""

    def take_census(self, threads: Iterable[threading.Thread], now_ns: int, *, pulses: int) -> None:
        """Look at each of these threads. To be done every few milliseconds, always by the same thread."""
        enough_ns = _REST_NS
        if not census.AVAILABLE:
            enough_ns = _REST_UNTOLD_NS
            others_ns = native.process_time_ns() - native.thread_time_ns()
            self._activity = pulses, others_ns // 200_000
        before, self._rests = self._rests, {}
        for thread in threads:
            account = self._account(thread)
            if account is None:
                continue
            rest = before.get(thread)
            if rest is None or rest.account != account:
                rest = _Rest(account, now_ns)
            elif rest.block is None and now_ns - rest.since_ns >= enough_ns:
                frame = sys._current_frames().get(thread.ident or 0)
                rest.block, rest.idle = census.blocked_on(thread), is_idle(frame)
                rest.place = str(site_of(frame)) if frame is not None else ""
            self._rests[thread] = rest
        for thread in self._records.keys() - self._rests.keys():
            self._records.pop(thread).close()

    def close(self) -> None:
        """Give all files back, and remember what was found."""
        _remembered.clear()
        _remembered.update(self._rests)
        while self._records:
            self._records.popitem()[1].close()

    def may_include(self, thread: threading.Thread) -> bool:
        """Whether the thread was asleep at the last census; quick to tell."""
        rest = self._rests.get(thread)
        return rest is not None and rest.block is not None

    def include(self, thread: threading.Thread) -> bool:
        """Whether such a thread has not run at all since."""
        return self._account(thread) == self._rests[thread].account

    def suspect(self, thread: threading.Thread) -> None:
        """Doubt what is seen if real time is about to wake a thread of the test that is asleep."""
        rest = self._rests[thread]
        if rest.block in (Block.CLOCK, Block.UNKNOWN) and not rest.idle and self._members.has(thread):
            self.note_escape(rest.place)

    def note_escape(self, place: str) -> None:
        """The test waits there on real time."""
        self._doubt(f"a wait on real time, which the virtual clock cannot see, at {place}")
        self.escaped_at_ns = self.escaped_at_ns or native.monotonic_ns()

    def is_hopeless(self, thread: threading.Thread) -> bool:
        """Whether the thread will not run again, unless another makes it."""
        rest = self._rests.get(thread)
        return rest is not None and (rest.idle or rest.block is Block.LOCK)

    def _account(self, thread: threading.Thread) -> census.Account | None:
        if not thread.native_id:  # it is just being started
            return None
        if not census.AVAILABLE:
            place = census.guess(thread)
            return None if place is None else (place, self._activity)
        record = self._records.get(thread)
        if record is None:
            record = self._records[thread] = census.Record(thread.native_id)
        return record.look()
