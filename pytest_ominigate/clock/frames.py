"""Names the frame that waits, the same way on every machine."""

from __future__ import annotations

import threading
from pathlib import PurePath
from types import FrameType

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


def describe(frame: FrameType | None) -> tuple[str, str]:
    """The nearest frame outside the waiting machinery, such as ``client.py:31 in ask``, and its top-level package."""
    first = frame
    while frame is not None:
        layer = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        if layer not in _PLUMBING:
            return _place(frame), layer
        frame = frame.f_back
    return (_place(first), "") if first is not None else ("", "")


def _place(frame: FrameType) -> str:
    return f"{PurePath(frame.f_code.co_filename).name}:{frame.f_lineno} in {frame.f_code.co_name}"


def belongs_to_test_run(thread: threading.Thread) -> bool:
    """Whether a thread was started by the test run itself, as pytest-xdist's are."""
    function = getattr(thread, "_target", None) or type(thread)
    return str(getattr(function, "__module__", "")).partition(".")[0] in KEEP_REAL
