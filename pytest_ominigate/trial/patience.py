"""An end to trials on real time, where nobody can make an hour pass."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from ..clock import native

LONGEST = 60.0
"""Seconds of real time for one trial; twice the longest wait that the page names for a backoff."""


@contextlib.contextmanager
def limited(stop: Callable[[str], None]) -> Iterator[None]:
    """Have *stop* called, with the reason and in a thread of its own, if the block takes too long."""
    over, ended = native.allocate_lock(), native.allocate_lock()
    over.acquire()
    ended.acquire()

    def watch() -> None:
        try:
            if not over.acquire(timeout=LONGEST):
                stop(f"it was still at work after {LONGEST:g} s of real time")
        finally:
            ended.release()

    native.start_new_thread(watch, ())
    try:
        yield
    finally:
        over.release()
        ended.acquire()
