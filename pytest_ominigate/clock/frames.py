"""Names the frame that waits, the same way on every machine."""

from __future__ import annotations

import threading
from pathlib import PurePath
from types import CodeType, FrameType
from typing import NamedTuple

from .bindings import KEEP_REAL

_PACKAGE = __name__.partition(".")[0]
_PLUMBING = frozenset(
    (
        _PACKAGE,
        "_ominigate",
        "asyncio",
        "concurrent",
        "contextlib",
        "queue",
        "selectors",
        "socket",
        "threading",
        "anyio",
        "trio",
    )
)
_IDLE = frozenset(("concurrent.futures.thread", "socketserver", "trio._core._thread_cache"))
"""Modules whose threads rest, some with a time limit, until there is work for them."""


class Site(NamedTuple):
    """A place in the code. Taken quickly, described only when asked."""

    code: CodeType
    line: int
    layer: str
    """The top-level package of the place; empty if it is in the waiting machinery itself."""

    def __str__(self) -> str:
        return f"{PurePath(self.code.co_filename).name}:{self.line} in {self.code.co_name}"


def site_of(frame: FrameType) -> Site:
    """The nearest place outside the waiting machinery, else the frame's own."""
    each: FrameType | None = frame
    while each is not None:
        layer = str(each.f_globals.get("__name__", "")).partition(".")[0]
        if layer not in _PLUMBING:
            return Site(each.f_code, each.f_lineno, layer)
        each = each.f_back
    return Site(frame.f_code, frame.f_lineno, "")


def is_idle(frame: FrameType | None) -> bool:
    """Whether a blocked thread with that innermost frame only waits for work."""
    for _ in range(3):
        if frame is None:
            return False
        if frame.f_globals.get("__name__") in _IDLE:
            return True
        frame = frame.f_back
    return False


def in_debugger(frame: FrameType | None) -> bool:
    """Whether a user looks around there with pdb, however long."""
    while frame is not None:
        if frame.f_globals.get("__name__") in ("bdb", "pdb"):
            return True
        frame = frame.f_back
    return False


def belongs_to_test_run(thread: threading.Thread) -> bool:
    """Whether a thread was started by the test run itself, as those of pytest-xdist and pytest-timeout are.

    A thread that starts in this package may be the client's, in a stand-in for a queue; our own are told apart by
    ``inflight.stays_real``.
    """
    function = getattr(thread, "function", None) or getattr(thread, "_target", None) or type(thread)
    return str(getattr(function, "__module__", "")).partition(".")[0] in KEEP_REAL - {_PACKAGE}
