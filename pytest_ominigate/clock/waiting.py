"""The ways in which a thread of the test can wait on the clock."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping

from . import native
from .conductor import Conductor
from .waiters import FOREVER, Parked, Waiter


class Waiting:
    """Blocks the calling thread, in real time only for as long as something else runs.

    After a wait that was not ended early, the monotonic time is at least what it was plus the seconds asked for, as
    floats see it.
    """

    def __init__(self, conductor: Conductor) -> None:
        self._conductor = conductor
        self._hands = conductor.hands
        self._alarms: list[native.Alarm] = []

    def sleep(self, seconds: float, *, unnoticed: bool = False) -> None:
        """Wait for that long."""
        waiter = Waiter(self._hands.in_seconds(seconds))
        waiter.unnoticed = unnoticed
        began_ns = self._hands.reading_ns()
        lock: native.Lock | None = None
        try:
            with self._conductor.lock:
                self._conductor.register(waiter)
                if not waiter.over:
                    lock = native.allocate_lock()
                    lock.acquire()
                    waiter.wake = lock.release
            if lock is not None:
                lock.acquire()
        finally:
            self._conductor.unregister(waiter)
        self._hands.read_at_least(began_ns / 1e9 + seconds)

    def parking(self, seconds: float | None) -> Parked:
        """A wait that begins with ``park``, and may be ended by ``release`` even before. None: without a limit."""
        return Parked(FOREVER if seconds is None else self._hands.in_seconds(seconds), self._conductor.end)

    def park(self, parked: Parked, seconds: float | None) -> bool:
        """Wait until it is released or its time has come; whether it was released."""
        began_ns = self._hands.reading_ns()
        try:
            with self._conductor.lock:
                if not parked.over:
                    self._conductor.register(parked)
            parked.block()
        finally:
            self._conductor.unregister(parked)
        if parked.fired and seconds is not None:
            self._hands.read_at_least(began_ns / 1e9 + seconds)
        return not parked.fired

    def for_any(self, descriptors: Mapping[int, int], seconds: float | None, *, margin: float = 0.0) -> bool:
        """Wait until a file descriptor is ready, or so many seconds; whether one is ready.

        Args:
            descriptors: for each, ``native.READ``, ``native.WRITE`` or both.
            seconds: None for no limit.
            margin: by how much more than that monotonic time must move on, for loops that compare in other ways.
        """
        deadline = FOREVER if seconds is None else self._hands.in_seconds(seconds, appointed=True)
        waiter = Waiter(deadline, ready=lambda: native.any_ready(descriptors))
        began_ns = self._hands.reading_ns()
        alarm: native.Alarm | None = None
        try:
            with self._conductor.lock:
                self._conductor.register(waiter)
                if not waiter.over:
                    alarm = self._alarms.pop() if self._alarms else native.Alarm()
                    waiter.wake = alarm.ring
            if alarm is not None:
                alarm.wait_with(descriptors)
        finally:
            self._conductor.unregister(waiter)
            if alarm is not None:
                self._put_by(alarm)
        if waiter.fired and seconds is not None:
            self._hands.read_at_least(began_ns / 1e9 + seconds + margin)
        return not waiter.fired

    @contextlib.contextmanager
    def until(self, ready: Callable[[], bool], seconds: float | None = None) -> Iterator[Waiter]:
        """The calling thread blocks inside, by means of its own, until *ready* or the waiter says that it is over."""
        deadline = FOREVER if seconds is None else self._hands.in_seconds(seconds)
        waiter = Waiter(deadline, ready=ready)
        try:
            self._conductor.register(waiter)
            yield waiter
        finally:
            self._conductor.unregister(waiter)

    def _put_by(self, alarm: native.Alarm) -> None:
        with self._conductor.lock:
            if self._conductor.running:
                alarm.silence()
                self._alarms.append(alarm)
            else:
                alarm.close()

    def close(self) -> None:
        """Give back what is not in use."""
        with self._conductor.lock:
            while self._alarms:
                self._alarms.pop().close()
