"""trio's waits: its clock is asked how long to sleep, so that is where an idle run waits on ours."""

from __future__ import annotations

import functools
import math
import sys
from collections.abc import Callable
from typing import Any

from . import inflight, native
from .dispatch import mine, monotonic
from .waiters import FOREVER, Waiter

_Socket = sys.modules["trio._socket"]._SocketType
# trio binds the socket methods when it is imported, so its own are the ones to count at.
_MOVERS = (("send", inflight.sent), ("recv", inflight.received), ("recv_into", inflight.received))

_waiting: dict[int, tuple[Any, Waiter]] = {}
"""The waiter of each run that is idle, by the identity of its clock object."""


def replacements() -> list[tuple[Any, str, Any]]:
    """What to replace while a clock runs: owner, name, value."""
    kind = sys.modules["trio._core._run"].SystemClock
    return [
        (kind, "current_time", _current_time(kind.current_time)),
        (kind, "deadline_to_sleep_time", _sleep_time(kind.deadline_to_sleep_time)),
        *((_Socket, name, _counted(getattr(_Socket, name), note)) for name, note in _MOVERS),
    ]


def _counted(real: Any, note: Callable[[Any, int], None]) -> Any:
    @functools.wraps(real)
    async def method(self: Any, *args: Any) -> Any:
        result = await real(self, *args)
        note(self._sock, result if isinstance(result, int) else len(result))
        return result

    return method


def _current_time(real: Any) -> Any:
    @functools.wraps(real)
    def current_time(self: Any) -> float:
        clock, waiter = _waiting.pop(id(self), (None, None))
        if clock is not None:
            clock.unregister(waiter)
        offset: float = self.offset
        return float(offset + monotonic())

    return current_time


def _sleep_time(real: Any) -> Any:
    @functools.wraps(real)
    def deadline_to_sleep_time(self: Any, deadline: float) -> float:
        left: float = deadline - self.current_time()
        clock = mine()
        if clock is None or left <= 0:
            return left
        import trio

        token = trio.lowlevel.current_trio_token()
        manager = sys.modules["trio._core._run"].GLOBAL_RUN_CONTEXT.runner.io_manager
        fd = manager._epoll.fileno() if hasattr(manager, "_epoll") else -1
        waiter = clock.register(
            FOREVER if left == math.inf else clock.deadline_in(left),
            lambda: token.run_sync_soon(_nothing),
            lambda: fd >= 0 and native.readable(fd),
        )
        if waiter.fired:
            return 0
        _waiting[id(self)] = clock, waiter
        return math.inf

    return deadline_to_sleep_time


def _nothing() -> None:
    """Wakes the run."""
