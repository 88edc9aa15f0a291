"""Waits that block a thread: conditions (hence events, queues and futures), joins, and work handed to pools."""

from __future__ import annotations

import contextlib
import functools
import threading
from concurrent.futures import thread as pools
from typing import Any

from . import inflight
from .dispatch import mine, state

_condition_wait = threading.Condition.wait
_thread_start = threading.Thread.start
_thread_join = threading.Thread.join
_thread_delete: Any = getattr(threading.Thread, "_delete", None)
_WorkItem = pools._WorkItem
_work_init = _WorkItem.__init__
_work_run = _WorkItem.run


@functools.wraps(_condition_wait)
def _wait_on_condition(self: Any, timeout: float | None = None) -> bool:
    clock = mine()
    if clock is None or (timeout is not None and not 0 < timeout <= threading.TIMEOUT_MAX):
        return _condition_wait(self, timeout)
    if not self._is_owned():
        raise RuntimeError("cannot wait on un-acquired lock")
    noted = timeout is not None or clock.blocks_a_loop()
    entry = clock.note_wait(timeout or 0.0, "Condition.wait", blocking=True) if noted else None
    parked = clock.waiting.parking(timeout)
    self._waiters.append(parked)
    saved = self._release_save()
    notified = False
    try:
        notified = clock.waiting.park(parked, timeout)
        return notified
    finally:
        self._acquire_restore(saved)
        if not notified:
            with contextlib.suppress(ValueError):
                self._waiters.remove(parked)
        elif entry is not None:
            clock.amend_wait(entry)


@functools.wraps(_thread_start)
def _start(self: threading.Thread) -> None:
    clock = state.active
    if clock is not None:
        clock.members.born(self)
    _thread_start(self)


def _delete(self: threading.Thread) -> None:
    """The last that a thread does: nobody needs to wait for it from here on."""
    _thread_delete(self)
    clock = state.active
    if clock is not None:
        clock.thread_ended()


@functools.wraps(_thread_join)
def _join(self: threading.Thread, timeout: float | None = None) -> None:
    clock = mine()
    at_once = timeout is not None and timeout <= 0
    if clock is None or at_once or not self.is_alive() or self is threading.current_thread():
        return _thread_join(self, timeout)
    with clock.waiting.until(lambda: _has_ended(self), timeout) as waiter:
        if timeout is None:
            return _thread_join(self)
        # Nothing tells of a thread's end but the thread itself, so this looks, in real time.
        while self.is_alive() and not waiter.over:
            _thread_join(self, 0.001)
    return _thread_join(self, 0)


def _has_ended(thread: threading.Thread) -> bool:
    """Whether the thread has come to the end of its work, even if the system has not been told yet."""
    return threading._active.get(thread.ident) is not thread  # type: ignore[attr-defined]


def _mark_work(self: Any, *args: Any, **kwargs: Any) -> None:
    _work_init(self, *args, **kwargs)
    self._ominigate_clock = mine()
    self._ominigate_lane = inflight.caller()


def _run_work(self: Any, *args: Any) -> Any:
    """Run work under the clock it was handed in under, and for whom; also in a pool that is older than the clock."""
    clock = state.active
    if clock is None or getattr(self, "_ominigate_clock", None) != clock:
        return _work_run(self, *args)
    try:
        with clock.members.adoption(), inflight.on_behalf_of(self._ominigate_lane):
            return _work_run(self, *args)
    finally:
        del self  # the work's exception would refer to it, and so to itself


REPLACEMENTS: list[tuple[Any, str, Any]] = [
    (threading.Condition, "wait", _wait_on_condition),
    (threading.Thread, "start", _start),
    (threading.Thread, "join", _join),
    (_WorkItem, "__init__", _mark_work),
    (_WorkItem, "run", _run_work),
]
if _thread_delete is not None:
    REPLACEMENTS.append((threading.Thread, "_delete", _delete))
