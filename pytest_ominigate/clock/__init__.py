"""Time as the client under test sees it: virtual, so that waits of any length cost nothing, or real."""

from .base import Clock
from .inflight import busy, lane
from .real import RealClock
from .running_loop import running_loop
from .virtual import START, VirtualClock, installed

__all__ = ["START", "Clock", "RealClock", "VirtualClock", "busy", "installed", "lane", "running_loop"]
