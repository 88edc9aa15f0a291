"""``queue.SimpleQueue`` is written in C and cannot be patched; while a clock runs, this is made instead.

Thread pools wait on one for their work.
"""

from __future__ import annotations

import contextlib
import queue
import sys
from typing import Any

from .dispatch import mine
from .frames import is_idle
from .waiters import Parked

_Real: Any = queue.SimpleQueue


class SimpleQueue(_Real):  # type: ignore[misc]
    """A simple queue whose ``get`` waits on the clock. It serves on when the clock has stopped."""

    def __init__(self) -> None:
        super().__init__()
        self._parked: list[Parked] = []

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """Put the item on the queue, and wake a thread that waits for one."""
        super().put(item, block, timeout)
        self._wake_one()

    def put_nowait(self, item: Any) -> None:
        """Same as ``put``."""
        self.put(item)

    def _wake_one(self) -> None:
        while True:
            try:
                return self._parked.pop(0).release()
            except IndexError:
                return None
            except RuntimeError:  # its time was up already
                continue

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """Remove and return an item; wait for one if need be.

        Raises:
            queue.Empty: none came within *timeout* seconds.
        """
        with contextlib.suppress(queue.Empty):
            return super().get_nowait()
        clock = mine() if block else None
        if clock is None or (timeout is not None and timeout <= 0):
            return super().get(block, timeout)
        ends = None if timeout is None else clock.now() + timeout
        parked = clock.waiting.parking(timeout)
        parked.idle = is_idle(sys._getframe(1))
        self._parked.append(parked)
        try:
            if not self.empty():  # it came before anyone could know of the wait
                with contextlib.suppress(RuntimeError):
                    parked.release()
            if not clock.waiting.park(parked, timeout) and timeout is not None:
                raise queue.Empty
        finally:
            with contextlib.suppress(ValueError):
                self._parked.remove(parked)
        try:
            return super().get_nowait()
        except queue.Empty:  # another thread was faster, or the harness has put an end to the wait
            return self.get(block, None if ends is None else ends - clock.now())


REPLACEMENTS: list[tuple[Any, str, Any]] = [(queue, "SimpleQueue", SimpleQueue)]
