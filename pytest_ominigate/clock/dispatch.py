"""The functions that stand in for the ``time`` module's own: they ask the running clock, or the real one."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from . import native
from .bindings import Bindings

if TYPE_CHECKING:
    from .virtual import VirtualClock


class _State:
    """What is in place in this process."""

    active: VirtualClock | None = None
    skipped = 0
    """Nanoseconds that virtual clocks have run ahead of the real one, so that monotonic time never goes back."""
    users = 0


state = _State()
_bindings = Bindings()


def mine() -> VirtualClock | None:
    """The running clock if the calling thread lives by it."""
    clock = state.active
    if clock is None or not clock.members.has_current():
        return None
    clock.pulse()
    return clock


def _sleep(seconds: float, /) -> None:
    clock = mine()
    if clock is None or not seconds > 0:
        native.sleep(seconds)
    else:
        # The standard library polls for the end of another process. That is no wait of the client's.
        clock.sleep(seconds, unnoticed=sys._getframe(1).f_globals.get("__name__") == "subprocess")


def _monotonic_ns() -> int:
    clock = mine()
    return clock.read_ns() if clock is not None else native.monotonic_ns() + state.skipped


def _monotonic() -> float:
    return _monotonic_ns() / 1e9


def _stand_in(name: str, function: Callable[..., Any]) -> Any:
    """A callable that, like a function written in C, takes no ``self`` where it is an attribute of a class."""
    kind = type(
        "builtin_function_or_method",
        (),
        {
            "__slots__": (),
            "__module__": "time",
            "__qualname__": name,
            "__name__": name,
            "__doc__": native.FUNCTIONS[name].__doc__,
            "__call__": staticmethod(function),
            "__reduce__": lambda _: name,
            "__repr__": lambda _: f"<built-in function {name}>",
        },
    )
    return kind()


REPLACEMENTS: dict[str, Any] = {
    "sleep": _stand_in("sleep", _sleep),
    "monotonic": _stand_in("monotonic", _monotonic),
    "monotonic_ns": _stand_in("monotonic_ns", _monotonic_ns),
    "perf_counter": _stand_in("perf_counter", _monotonic),
    "perf_counter_ns": _stand_in("perf_counter_ns", _monotonic_ns),
}


def mocked() -> list[str]:
    """The waiting functions that somebody else has put something in place of, so that a client's waits may be none."""
    found = [f"time.{name}" for name, stand_in in REPLACEMENTS.items() if getattr(time, name) is not stand_in]
    loops = sys.modules.get("asyncio")
    if loops is not None and loops.sleep is not loops.tasks.sleep:
        found.append("asyncio.sleep")
    return found


@contextlib.contextmanager
def installed() -> Iterator[None]:
    """Put the functions in place, also where their names were bound early; they pass through until a clock starts.

    A client that is built meanwhile and keeps ``time.sleep`` as an attribute keeps the stand-in.
    Afterwards the real functions are back, but for the monotonic ones where a clock ran ahead of real time.
    """
    if state.users == 0:
        _bindings.replace(REPLACEMENTS)
    state.users += 1
    try:
        yield
    finally:
        state.users -= 1
        if state.users == 0:
            ahead = {name: stand_in for name, stand_in in REPLACEMENTS.items() if name != "sleep"}
            _bindings.restore(ahead if state.skipped else {})


def _live_by_real_time() -> None:
    """In a copy of the process there is nobody to drive the clock."""
    clock, state.active = state.active, None
    if clock is not None:
        clock.run_on()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_live_by_real_time)
