"""Waits that block a thread: conditions (hence events, queues and futures), joins, pools, other processes."""

from __future__ import annotations

import contextlib
import functools
import subprocess
import threading
from concurrent.futures import thread as pools
from typing import Any

from . import native
from .dispatch import here, mine, state
from .waiters import FOREVER

_condition_wait = threading.Condition.wait
_thread_join = threading.Thread.join
_popen_init = subprocess.Popen.__init__
_WorkItem = pools._WorkItem
_work_init = _WorkItem.__init__
_work_run = _WorkItem.run


def replacements() -> list[tuple[Any, str, Any]]:
    """What to replace while a clock runs: owner, name, value."""
    return [
        (threading.Condition, "wait", _wait_on_condition),
        (threading.Thread, "join", _join),
        (_WorkItem, "__init__", _mark_work),
        (_WorkItem, "run", _run_work),
        (subprocess.Popen, "__init__", _start_process),
    ]


@functools.wraps(_condition_wait)
def _wait_on_condition(self: Any, timeout: float | None = None) -> bool:
    clock = mine()
    if clock is None or (timeout is not None and timeout <= 0):
        return _condition_wait(self, timeout)
    if not self._is_owned():
        raise RuntimeError("cannot wait on un-acquired lock")
    if timeout is not None:
        clock.note_wait(timeout, "Condition.wait")
    lock = native.allocate_lock()
    lock.acquire()
    self._waiters.append(lock)
    deadline = FOREVER if timeout is None else clock.deadline_in(timeout)
    saved = self._release_save()
    notified = False
    try:
        notified = clock.park(lock, deadline, signalled=True)
        return notified
    finally:
        self._acquire_restore(saved)
        if not notified:
            with contextlib.suppress(ValueError):
                self._waiters.remove(lock)


@functools.wraps(_thread_join)
def _join(self: threading.Thread, timeout: float | None = None) -> None:
    clock = mine()
    if (
        clock is None
        or not self.is_alive()
        or self is threading.current_thread()
        or (timeout is not None and timeout <= 0)
    ):
        return _thread_join(self, timeout)
    if timeout is None:
        waiter = clock.register(FOREVER, lambda: None, lambda: not self.is_alive(), signalled=True)
        try:
            return _thread_join(self)
        finally:
            clock.unregister(waiter)
    lock = native.allocate_lock()
    lock.acquire()
    waiter = clock.register(
        clock.deadline_in(timeout), lambda: lock.release() if lock.locked() else None, lambda: not self.is_alive()
    )
    try:
        # Nothing tells of a thread's end but the thread itself, so this looks, in real time.
        while self.is_alive() and not waiter.fired:
            lock.acquire(timeout=0.001)
    finally:
        clock.unregister(waiter)
    return _thread_join(self, 0)


def _mark_work(self: Any, *args: Any, **kwargs: Any) -> None:
    _work_init(self, *args, **kwargs)
    clock = self._ominigate_clock = mine()
    if clock is not None:
        with clock.lock:
            clock.handed_over += 1


def _run_work(self: Any, *args: Any) -> Any:
    """Run work under the clock it was handed in under, also in a pool that is older than the clock."""
    clock = state.active
    if clock is None or getattr(self, "_ominigate_clock", None) != clock:
        return _work_run(self, *args)
    was_foreign = not clock.governs()
    token = here.set(clock)
    clock.adopt()
    with clock.lock:
        clock.handed_over -= 1
    try:
        return _work_run(self, *args)
    finally:
        here.reset(token)
        if was_foreign:
            clock.dismiss()
        del self


def _start_process(self: Any, *args: Any, **kwargs: Any) -> None:
    _popen_init(self, *args, **kwargs)
    clock = mine()
    if clock is not None:
        clock.at_work(self)
