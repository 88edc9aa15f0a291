"""The processes that a client starts, so that a client in another process can be stopped as well."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ..clock.children import Child, is_alive

_PROCESSES = Path("/proc")


class Children:
    """Notes every process that is started while it lasts, be it by ``subprocess``, ``multiprocessing`` or a fork."""

    def __init__(self) -> None:
        self.killed = False
        """Whether one of them did not end by itself, so that what became of the call is not the client's doing."""
        self._started: list[Child] = []
        self._undo = contextlib.ExitStack()

    def __enter__(self) -> Self:
        self._patch(subprocess.Popen, "__init__", self._noting_first)  # asyncio goes this way, too
        self._patch(BaseProcess, "start", self._noting_first)
        if hasattr(os, "fork"):
            self._patch(os, "fork", self._noting_result)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._undo.close()

    def _patch(self, owner: Any, name: str, noting: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
        original = getattr(owner, name)
        setattr(owner, name, noting(original))
        self._undo.callback(setattr, owner, name, original)

    def _noting_first(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def start(process: Any, *args: Any, **kwargs: Any) -> None:
            original(process, *args, **kwargs)
            self._started.append(process)

        return start

    def _noting_result(self, original: Callable[[], int]) -> Callable[[], int]:
        def fork() -> int:
            pid = original()
            if pid and hasattr(os, "waitid"):  # or else nobody could tell whether it has ended
                self._started.append(pid)
            return pid

        return fork

    def kill(self) -> None:
        """End those that still run, and what they have started (where the system tells, as Linux does)."""
        running = [child for child in self._started if is_alive(child)]
        below = _descendants({pid for child in running if (pid := _pid(child)) is not None})
        for child in running:
            self.killed = True
            _kill(child)
        for pid in below:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


def _pid(child: Child) -> int | None:
    return child if isinstance(child, int) else child.pid


def _kill(child: Child) -> None:
    if isinstance(child, int):
        os.kill(child, signal.SIGKILL)
    else:
        child.kill()


def _descendants(pids: set[int]) -> list[int]:
    """The processes below these ones, nearest first."""
    children: dict[int, list[int]] = {}
    for stat in _PROCESSES.glob("[0-9]*/stat") if pids else ():
        with contextlib.suppress(OSError, ValueError, IndexError):  # it may have ended meanwhile
            # The name stands in parentheses and may hold any character.
            parent = int(stat.read_text("utf-8", "replace").rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(stat.parent.name))
    found, level = [], list(pids)
    while level:
        level = [child for parent in level for child in children.get(parent, ())]
        found += level
    return found
