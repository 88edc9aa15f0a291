"""One look at the clock, so that all of an answer is made at the same time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The moment at which a request came."""

    at: float
    """Seconds of the trial."""
    wall: datetime
    """The date and time of day, in UTC."""

    def second(self, wall: datetime) -> float:
        """The second of the trial at which it is *wall*."""
        return self.at + (wall - self.wall).total_seconds()
