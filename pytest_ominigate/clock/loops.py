"""Waits of event loops, and of whoever selects with a timeout: asyncio, and all that is built on it."""

from __future__ import annotations

import asyncio
import functools
import math
import select
import selectors
import sys
from asyncio import futures
from collections.abc import Callable
from typing import Any

from . import inflight, native
from .dispatch import mine

_call_later = asyncio.BaseEventLoop.call_later
_call_at = asyncio.BaseEventLoop.call_at
_real_select = select.select


def _by_own_descriptor(selector: Any) -> dict[int, int]:
    return {selector.fileno(): native.READ}


def _by_list(selector: Any) -> dict[int, int]:
    return {key.fd: key.events for key in selector.get_map().values()}


def _selecting(kind: Any, watched: Callable[[Any], dict[int, int]]) -> tuple[Any, str, Any]:
    real = kind.select

    @functools.wraps(real)
    def select_events(self: Any, timeout: float | None = None) -> Any:
        clock = mine()
        if clock is None or (timeout is not None and timeout <= 0):
            return real(self, timeout)
        if sys._getframe(1).f_globals.get("__name__") == "socketserver":
            # A server that looks in between whether to shut down. That is no wait of the test's.
            with clock.waiting.until(lambda: native.any_ready(watched(self))):
                return real(self, timeout)
        if inflight.anything():  # no clock can jump meanwhile
            found = real(self, native.SOON_S)
            if found:
                return found
        if not clock.waiting.for_any(watched(self), timeout, margin=_margin(timeout, clock.read_ns())):
            return []
        return real(self, 0)

    return kind, "select", select_events


def _margin(timeout: float | None, now_ns: int) -> float:
    """Seconds by which a loop's time must pass a deadline, so that asyncio's comparison of floats sees it as passed.

    A loop adds 1e-9 s to its time before it compares. When time is late enough, a float can no longer hold that.
    """
    step = math.ulp(now_ns / 1e9 + (timeout or 0))
    return 2 * step if step > 1e-9 else step


@functools.wraps(_real_select)
def _select(readers: Any, writers: Any, broken: Any, timeout: float | None = None, /) -> Any:
    clock = mine()
    if clock is None or (timeout is not None and timeout <= 0):
        return _real_select(readers, writers, broken, timeout)
    readers, writers, broken = list(readers), list(writers), list(broken)
    found = _real_select(readers, writers, broken, 0)
    if any(found):
        return found
    watched = {_descriptor(each): native.WRITE for each in writers}
    for each in (*readers, *broken):
        watched[_descriptor(each)] = watched.get(_descriptor(each), 0) | native.READ
    clock.waiting.for_any(watched, timeout)
    return _real_select(readers, writers, broken, 0)


def _descriptor(file: Any) -> int:
    return file if isinstance(file, int) else int(file.fileno())


@functools.wraps(_call_later)
def _note_and_call_later(self: Any, delay: float, callback: Callable[..., object], *args: Any, **kwargs: Any) -> Any:
    handle = _call_later(self, delay, callback, *args, **kwargs)
    clock = mine()
    if clock is not None:
        clock.appoint(delay)
        # asyncio.sleep, and only it, calls this with that callback.
        if callback is futures._set_result_unless_cancelled:  # type: ignore[attr-defined]
            clock.note_wait(delay, "asyncio.sleep")
    return handle


@functools.wraps(_call_at)
def _appoint_and_call_at(self: Any, when: float, *args: Any, **kwargs: Any) -> Any:
    if sys._getframe(1).f_code is not _call_later.__code__:  # that one knows the delay exactly
        clock = mine()
        if clock is not None:
            clock.appoint(when - self.time())
    return _call_at(self, when, *args, **kwargs)


_KINDS = {
    "EpollSelector": _by_own_descriptor,
    "KqueueSelector": _by_own_descriptor,
    "DevpollSelector": _by_own_descriptor,
    "PollSelector": _by_list,
    "SelectSelector": _by_list,
}
REPLACEMENTS: list[tuple[Any, str, Any]] = [
    *(_selecting(getattr(selectors, name), watched) for name, watched in _KINDS.items() if hasattr(selectors, name)),
    (select, "select", _select),
    (asyncio.BaseEventLoop, "call_later", _note_and_call_later),
    (asyncio.BaseEventLoop, "call_at", _appoint_and_call_at),
]
