"""The exact times for which sleeps were asked, so that nothing is lost in the floats of an event loop.

A loop adds the delay to its time, a float, and later asks to wait for the difference. Far from zero that difference is
off by some nanoseconds, and by how many depends on how long the machine has been up.
"""

from __future__ import annotations

from bisect import bisect_left, insort


class Appointments:
    """When sleepers wish to be woken."""

    def __init__(self) -> None:
        self._entries: list[tuple[int, int]] = []

    def make(self, reading_ns: int, exact_ns: int) -> None:
        """Note that something is to happen when the clock is read as *reading_ns*, and truly is at *exact_ns*."""
        insort(self._entries, (reading_ns, exact_ns))

    def nearest(self, reading_ns: int, tolerance_ns: int) -> int | None:
        """The true time of the appointment at about that reading; None if there is none."""
        index = bisect_left(self._entries, (reading_ns - tolerance_ns, 0))
        if index < len(self._entries) and self._entries[index][0] <= reading_ns + tolerance_ns:
            return self._entries[index][1]
        return None

    def drop_before(self, exact_ns: int) -> None:
        """Forget what is past."""
        keep = 0
        while keep < len(self._entries) and self._entries[keep][1] < exact_ns:
            keep += 1
        if keep:
            del self._entries[:keep]
