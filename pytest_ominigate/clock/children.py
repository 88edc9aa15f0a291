"""Other processes that the test has started, or hands work to: while one lives, the clock keeps to real time."""

from __future__ import annotations

import functools
import os
import subprocess
from multiprocessing import connection
from multiprocessing.process import BaseProcess, active_children
from typing import Any

from . import native
from .dispatch import mine, state

Child = subprocess.Popen[Any] | BaseProcess | int
"""A process that this one has started; a number is its process id."""

_popen_init = subprocess.Popen.__init__
_process_start = BaseProcess.start
_system = os.system
_fork: Any = getattr(os, "fork", None)


class Children:
    """The processes that the test has started, and older ones that it has handed work to."""

    def __init__(self) -> None:
        self._alive: list[Child] = []

    def add(self, child: Child) -> None:
        """A process was started, or is handed work."""
        if child not in self._alive:
            self._alive.append(child)

    def any_alive(self) -> bool:
        """Whether one of them still runs."""
        if self._alive:
            self._alive = [child for child in self._alive if is_alive(child)]
        return bool(self._alive)


def is_alive(child: Child) -> bool:
    """Whether it still runs. Its exit status is left for whoever waits for it."""
    if isinstance(child, BaseProcess):
        return _has_not_ended(child)
    pid = child if isinstance(child, int) else child.pid
    if not isinstance(child, int):
        if child.returncode is not None:
            return False
        if not hasattr(os, "waitid"):
            return child.poll() is None
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
    except ChildProcessError:
        return False


def _has_not_ended(process: BaseProcess) -> bool:
    if os.name == "nt":  # where to ask takes no exit status away
        return process.exitcode is None
    try:
        return not native.readable(process.sentinel)
    except ValueError:  # closed
        return False


@functools.wraps(_popen_init)
def _start(self: Any, *args: Any, **kwargs: Any) -> None:
    _popen_init(self, *args, **kwargs)
    clock = mine()
    if clock is not None:
        clock.children.add(self)


@functools.wraps(_process_start)
def _start_process(self: BaseProcess) -> None:
    _process_start(self)
    clock = mine()
    if clock is not None:
        clock.children.add(self)


@functools.wraps(_system)
def _run_in_shell(command: Any) -> int:
    clock = mine()
    if clock is None:
        return _system(command)
    with clock.hold():
        return _system(command)


def _start_copy() -> int:
    pid: int = _fork()
    clock = mine() if pid else None
    if clock is not None and hasattr(os, "waitid"):
        clock.children.add(pid)
    return pid


def _handing_over(kind: Any, name: str) -> tuple[Any, str, Any]:
    real = getattr(kind, name)

    @functools.wraps(real)
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        # Pools send their work with threads that may be older than the clock, to processes that may be, too.
        clock = state.active
        if clock is not None:
            for child in active_children():
                clock.children.add(child)
        return real(self, *args, **kwargs)

    return kind, name, method


_CONNECTIONS = [getattr(connection, name) for name in ("Connection", "PipeConnection") if hasattr(connection, name)]
REPLACEMENTS: list[tuple[Any, str, Any]] = [
    (subprocess.Popen, "__init__", _start),
    (BaseProcess, "start", _start_process),
    (os, "system", _run_in_shell),
    *(_handing_over(kind, name) for kind in _CONNECTIONS for name in ("send", "send_bytes")),
]
if _fork is not None:
    REPLACEMENTS.append((os, "fork", functools.wraps(_fork)(_start_copy)))
