"""Where a virtual clock stands."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from .appointments import Appointments
from .waiters import FOREVER

_FLOAT_STEPS = 8
"""By how many of the smallest steps of a float a sum may be off; more than that is no matter of floats."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Hands:
    """The exact time since the clock's start, and the monotonic time and the time of day that go with it.

    Args:
        start: the date and time of day at the start.
        reading_ns: the monotonic time at the start, in nanoseconds.
    """

    def __init__(self, start: datetime, reading_ns: int) -> None:
        self.exact_ns = 0
        self._ahead_ns = reading_ns
        self._start = start
        self._start_ns = (start - _EPOCH) // timedelta(microseconds=1) * 1_000
        self._appointments = Appointments()

    def reading_ns(self) -> int:
        """The monotonic time."""
        return self.exact_ns + self._ahead_ns

    def wall_ns(self) -> int:
        """The time of day, counted as ``time.time_ns`` does."""
        return self._start_ns + self.exact_ns

    def wall(self) -> datetime:
        """The date and time of day, aware, in UTC."""
        return self._start + timedelta(microseconds=self.exact_ns // 1_000)

    def appoint(self, seconds: float) -> None:
        """An event loop is told to do something in exactly that many seconds."""
        delay_ns = round(seconds * 1e9) if 0 < seconds < FOREVER / 1e9 else 0
        if delay_ns:
            self._appointments.drop_before(self.exact_ns)
            self._appointments.make(self.reading_ns() + delay_ns, self.exact_ns + delay_ns)

    def in_seconds(self, seconds: float, *, appointed: bool = False) -> int:
        """The exact time that many seconds from now, at least a nanosecond ahead; of the appointment meant, if any."""
        delay_ns = round(seconds * 1e9) if seconds < FOREVER / 1e9 else FOREVER
        if appointed:
            reading_ns = self.reading_ns() + delay_ns
            found = self._appointments.nearest(reading_ns, 1 + math.ceil(8e9 * math.ulp(reading_ns / 1e9)))
            if found is not None:
                delay_ns = found - self.exact_ns
        return min(FOREVER - 1, self.exact_ns + max(1, delay_ns))

    def read_at_least(self, seconds: float) -> None:
        """Let monotonic time be read as no less than that, as a float.

        Whoever adds a delay to a reading and waits for the sum finds it reached, whatever floats made of it. The exact
        time is not touched.
        """
        for _ in range(_FLOAT_STEPS):
            if self.reading_ns() / 1e9 >= seconds:
                return
            self._ahead_ns += max(1, int(math.ulp(seconds) * 1e9))
