"""trio's waits: an idle run waits for events, with a timeout, and that is where it waits on our clock."""

from __future__ import annotations

import functools
import math
import sys
from typing import Any

from . import inflight, native
from .dispatch import mine, state
from .sockets import note_received, note_use

_run: Any = sys.modules["trio._core._run"]
_timeouts: Any = sys.modules["trio._timeouts"]
_Socket: Any = sys.modules["trio._socket"]._SocketType
_ThreadCache: Any = sys.modules["trio._core._thread_cache"].ThreadCache
_real_start_thread_soon = _ThreadCache.start_thread_soon
_sleep_until = _timeouts.sleep_until
_LARGEST_OFFSET = 1e6
"""trio adds a number to its times, so as to confuse whoever compares clocks."""


def _get_events(real: Any) -> Any:
    @functools.wraps(real)
    def get_events(self: Any, timeout: float) -> Any:
        clock = mine()
        if clock is None or timeout <= 0:
            return real(self, timeout)
        poller = self._epoll if hasattr(self, "_epoll") else self._kqueue
        margin = 1e-9 + 2 * math.ulp(clock.read_ns() / 1e9 + _LARGEST_OFFSET)
        if not clock.waiting.for_any({poller.fileno(): native.READ}, _limit(timeout), margin=margin):
            return []
        return real(self, 0)

    return get_events


def _limit(timeout: float) -> float | None:
    """The timeout, or None if the run has no deadline: then trio asks for a day, again and again."""
    if timeout < _run._MAX_TIMEOUT:
        return timeout
    runner = getattr(_run.GLOBAL_RUN_CONTEXT, "runner", None)
    return None if runner is None or runner.deadlines.next_deadline() == math.inf else timeout


@functools.wraps(_sleep_until)
def _note_and_sleep_until(deadline: float) -> Any:
    clock = mine()
    if clock is not None:
        caller = sys._getframe(1)
        asked = caller.f_locals.get("seconds") if caller.f_code is _timeouts.sleep.__code__ else None
        seconds = asked if asked is not None else deadline - _timeouts.trio.current_time()
        clock.appoint(seconds)
        clock.note_wait(seconds, "trio.sleep")
    return _sleep_until(deadline)


def _start_thread_soon(self: Any, fn: Any, *args: Any, **kwargs: Any) -> Any:
    """Run work under the clock also in one of the threads that trio keeps."""
    clock = mine()
    if clock is None:
        return _real_start_thread_soon(self, fn, *args, **kwargs)
    return _real_start_thread_soon(self, clock.members.adoption()(fn), *args, **kwargs)


def _sending(real: Any) -> Any:
    @functools.wraps(real)
    async def method(self: Any, data: Any, *args: Any, **kwargs: Any) -> Any:
        if state.active is None:
            return await real(self, data, *args, **kwargs)
        note_use(self._sock)
        with inflight.Sending(self._sock, memoryview(data).nbytes) as sending:
            sending.sent = await real(self, data, *args, **kwargs)
        return sending.sent

    return method


def _receiving(real: Any) -> Any:
    @functools.wraps(real)
    async def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        if state.active is None:
            return await real(self, *args, **kwargs)
        note_use(self._sock)
        result = await real(self, *args, **kwargs)
        note_received(self._sock, result if isinstance(result, int) else len(result))
        return result

    return method


# trio binds the socket methods when it is imported, so its own are the ones to count at.
REPLACEMENTS: list[tuple[Any, str, Any]] = [
    (_timeouts, "sleep_until", _note_and_sleep_until),
    (_ThreadCache, "start_thread_soon", _start_thread_soon),
    (_Socket, "send", _sending(_Socket.send)),
    *((_Socket, name, _receiving(getattr(_Socket, name))) for name in ("recv", "recv_into")),
]
if sys.platform != "win32":
    _Poller: Any = _run.TheIOManager
    REPLACEMENTS.append((_Poller, "get_events", _get_events(_Poller.get_events)))
