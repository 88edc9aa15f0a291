"""What everything above may ask of a clock."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from ..timeline import Wait


class Clock(Protocol):
    """Time as the client under test sees it. Virtual or real."""

    def now(self) -> float:
        """Seconds since the clock was started."""

    def wall(self) -> datetime:
        """The date and time of day, aware, in UTC."""

    @property
    def waits(self) -> tuple[Wait, ...]:
        """The waits recorded so far."""

    @property
    def doubts(self) -> tuple[str, ...]:
        """Reasons why what was seen may not be all that happened."""
