"""Waits of event loops: whatever selects with a timeout waits on the clock. asyncio, and all built on it."""

from __future__ import annotations

import asyncio
import functools
import math
import selectors
from asyncio import futures
from collections.abc import Callable
from typing import Any

from . import native
from .dispatch import mine
from .waiters import FOREVER

_call_later = asyncio.BaseEventLoop.call_later


def replacements() -> list[tuple[Any, str, Any]]:
    """What to replace while a clock runs: owner, name, value."""
    kinds = [getattr(selectors, name, None) for name in ("EpollSelector", "KqueueSelector", "DevpollSelector")]
    table: list[tuple[Any, str, Any]] = [
        (kind, "select", waiting_on_the_clock(kind.select, kind.fileno)) for kind in kinds if kind is not None
    ]
    return [*table, (asyncio.BaseEventLoop, "call_later", _note_and_call_later)]


def waiting_on_the_clock(real: Callable[..., Any], fileno: Callable[[Any], int]) -> Callable[..., Any]:
    """A method that waits for events like *real*, with a timeout in seconds, but on the clock.

    What is ready is only looked at while it waits, and taken when it runs again: so nobody can see the events gone
    and the thread still waiting. *fileno* gives the descriptor that is readable when there are events.
    """

    @functools.wraps(real)
    def select(self: Any, timeout: float | None = None) -> Any:
        clock = mine()
        if clock is None or (timeout is not None and timeout <= 0):
            return real(self, timeout)
        events = real(self, 0)
        if events:
            return events
        deadline = FOREVER if timeout is None else clock.deadline_in(timeout + _margin(clock.read_ns()))
        fd = fileno(self)
        alarm = native.Alarm()
        waiter = clock.register(deadline, alarm.ring, lambda: native.readable(fd))
        try:
            if not waiter.fired:
                alarm.wait_with(fd)
        finally:
            clock.unregister(waiter)
            alarm.close()
        return real(self, 0)

    return select


def _margin(now_ns: int) -> float:
    """Seconds to add to a timeout so that asyncio's comparison of floats sees the deadline as passed.

    A loop adds 1e-9 s to its time before it compares; late enough, a float can no longer hold that.
    """
    step = math.ulp(now_ns / 1e9)
    return 2 * step if step > 5e-10 else 0.0


def _note_and_call_later(self: Any, delay: float, callback: Callable[..., object], *args: Any, **kwargs: Any) -> Any:
    # asyncio.sleep, and only it, calls this with that callback.
    if callback is futures._set_result_unless_cancelled:  # type: ignore[attr-defined]
        clock = mine()
        if clock is not None:
            clock.note_wait(delay, "asyncio.sleep")
    return _call_later(self, delay, callback, *args, **kwargs)
