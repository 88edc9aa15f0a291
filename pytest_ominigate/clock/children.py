"""Other processes that the test has started: while one lives, the clock keeps to real time."""

from __future__ import annotations

import functools
import os
import subprocess
from typing import Any

from .dispatch import mine

_popen_init = subprocess.Popen.__init__
_system = os.system
_fork: Any = getattr(os, "fork", None)


class Children:
    """The processes that the test has started."""

    def __init__(self) -> None:
        self._alive: list[subprocess.Popen[Any] | int] = []

    def add(self, child: subprocess.Popen[Any] | int) -> None:
        """A process was started; a number is its process id."""
        self._alive.append(child)

    def any_alive(self) -> bool:
        """Whether one of them still runs."""
        if self._alive:
            self._alive = [child for child in self._alive if _is_alive(child)]
        return bool(self._alive)


def _is_alive(child: subprocess.Popen[Any] | int) -> bool:
    pid = child if isinstance(child, int) else child.pid
    if not isinstance(child, int):
        if child.returncode is not None:
            return False
        if not hasattr(os, "waitid"):
            return child.poll() is None
    # The exit status is left for whoever waits for it.
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
    except ChildProcessError:
        return False


@functools.wraps(_popen_init)
def _start(self: Any, *args: Any, **kwargs: Any) -> None:
    _popen_init(self, *args, **kwargs)
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


REPLACEMENTS: list[tuple[Any, str, Any]] = [
    (subprocess.Popen, "__init__", _start),
    (os, "system", _run_in_shell),
]
if _fork is not None:
    REPLACEMENTS.append((os, "fork", functools.wraps(_fork)(_start_copy)))
