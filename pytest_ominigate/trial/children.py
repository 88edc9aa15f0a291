"""The processes that a client starts, so that a client in another process can be stopped as well."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_PROCESSES = Path("/proc")


class Children:
    """Notes every process that is started through ``subprocess`` (asyncio does so, too) while it lasts."""

    def __init__(self) -> None:
        self._started: list[subprocess.Popen[Any]] = []

    def __enter__(self) -> Self:
        self._original = original = subprocess.Popen.__init__
        started = self._started

        def start(process: subprocess.Popen[Any], *args: Any, **kwargs: Any) -> None:
            original(process, *args, **kwargs)
            started.append(process)

        subprocess.Popen.__init__ = start  # type: ignore[assignment,method-assign]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        subprocess.Popen.__init__ = self._original  # type: ignore[method-assign]

    def kill(self) -> None:
        """End those that still run, and what they have started (where the system tells, as Linux does)."""
        running = [process for process in self._started if process.returncode is None]
        below = _descendants({process.pid for process in running})
        for process in running:
            process.kill()
        for pid in below:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


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
