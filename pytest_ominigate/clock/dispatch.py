"""The functions that stand in for the ``time`` module's own: they ask the running clock, or the real one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from . import native
from .bindings import Bindings

if TYPE_CHECKING:
    from .virtual import VirtualClock

here: ContextVar[VirtualClock | None] = ContextVar("ominigate_clock", default=None)
"""The clock the running code was started under; follows work into threads that are older than the clock."""


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
    if clock is None or not clock.governs():
        return None
    clock.pulse()
    return clock


def sleep(seconds: float, /) -> None:
    """Stands in for ``time.sleep``."""
    clock = mine()
    if clock is None or not seconds > 0:
        native.sleep(seconds)
    else:
        clock.sleep(seconds)


def monotonic_ns() -> int:
    """Stands in for ``time.monotonic_ns``."""
    clock = mine()
    return clock.read_ns() if clock is not None else native.monotonic_ns() + state.skipped


def monotonic() -> float:
    """Stands in for ``time.monotonic``."""
    return monotonic_ns() / 1e9


def perf_counter_ns() -> int:
    """Stands in for ``time.perf_counter_ns``."""
    return monotonic_ns()


def perf_counter() -> float:
    """Stands in for ``time.perf_counter``."""
    return monotonic_ns() / 1e9


REPLACEMENTS: dict[str, Any] = {
    function.__name__: function for function in (sleep, monotonic, monotonic_ns, perf_counter, perf_counter_ns)
}
for _name, _function in REPLACEMENTS.items():
    _function.__module__ = "time"
    _function.__qualname__ = _name


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
            ahead = (
                {name: function for name, function in REPLACEMENTS.items() if name != "sleep"} if state.skipped else {}
            )
            _bindings.restore(ahead)
