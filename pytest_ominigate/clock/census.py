"""What the operating system tells of a thread: whether it has run since the last look, and what it is blocked on."""

from __future__ import annotations

import contextlib
import enum
import os
import platform
import sys
import threading
from pathlib import Path

AVAILABLE = Path(f"/proc/self/task/{os.getpid()}/schedstat").exists()
"""Whether the system keeps an account of each thread, as Linux does."""

GONE = b"gone"
"""The account of a thread that has ended."""

Account = object
"""Compared with the next one: if they are equal, the thread has not run a single instruction in between."""


class Block(enum.Enum):
    """What a sleeping thread is blocked on."""

    CLOCK = enum.auto()
    """A system call with a time limit: real time will end it."""
    LOCK = enum.auto()
    """A lock, without a time limit: only another thread can end it."""
    OUTSIDE = enum.auto()
    """Input without a time limit, or the like."""
    UNKNOWN = enum.auto()
    """The system does not tell."""


# For each system call, by name: the position of the argument that limits the time, and its value for "no limit".
_NO_LIMIT = {"futex": (4, 0), "poll": (3, -1), "ppoll": (3, 0), "select": (5, 0), "pselect6": (5, 0)}
_NO_LIMIT |= {"epoll_wait": (4, -1), "epoll_pwait": (4, -1), "epoll_pwait2": (4, 0), "rt_sigtimedwait": (3, 0)}
_CALLS = {
    "x86_64": {
        7: "poll", 23: "select", 35: "sleep", 128: "rt_sigtimedwait", 202: "futex", 219: "restart", 230: "sleep",
        232: "epoll_wait", 270: "pselect6", 271: "ppoll", 281: "epoll_pwait", 441: "epoll_pwait2",
    },
    "aarch64": {
        22: "epoll_pwait", 72: "pselect6", 73: "ppoll", 98: "futex", 101: "sleep", 115: "sleep", 128: "restart",
        137: "rt_sigtimedwait", 441: "epoll_pwait2",
    },
}.get(platform.machine(), {})  # fmt: skip


class Record:
    """The system's record of one thread, kept open because it is read often."""

    __slots__ = ("_files",)

    def __init__(self, native_id: int) -> None:
        self._files: list[int] = []
        with contextlib.suppress(OSError):
            for name in ("stat", "schedstat"):
                self._files.append(os.open(f"/proc/self/task/{native_id}/{name}", os.O_RDONLY | os.O_CLOEXEC))

    def look(self) -> Account | None:
        """The account of a thread that is asleep or has ended, or None if it runs or waits for a processor."""
        try:
            state, account = self._files
            if os.pread(state, 512, 0).rpartition(b")")[2][1:2] != b"S":
                return None
            return os.pread(account, 512, 0)
        except (ValueError, ProcessLookupError):
            return GONE

    def close(self) -> None:
        """Give the files back."""
        while self._files:
            os.close(self._files.pop())


def guess(thread: threading.Thread) -> Account | None:
    """Where the thread is, for want of an account: if that does not change, it may be asleep."""
    if not thread.ident:
        return None
    frame = sys._current_frames().get(thread.ident)
    return (id(frame), frame.f_lasti) if frame is not None else GONE


def blocked_on(thread: threading.Thread) -> Block | None:
    """What a thread that was found asleep is blocked on; None if it has woken up by now."""
    try:
        words = Path(f"/proc/self/task/{thread.native_id}/syscall").read_text(encoding="utf-8").split()
        if words == ["running"]:
            return None
        name = _CALLS.get(int(words[0]))
        if name == "sleep":
            return Block.CLOCK
        if name == "restart":  # the process was stopped and continued, or the like: mostly a wait with a time limit
            return Block.UNKNOWN
        if name is None:
            return Block.OUTSIDE if _CALLS else Block.UNKNOWN
        position, unlimited = _NO_LIMIT[name]
        limit = int(words[position], 16)
    except (OSError, ValueError, IndexError):
        return Block.UNKNOWN
    endless = limit & 0xFFFF_FFFF == 0xFFFF_FFFF if unlimited == -1 else limit == unlimited
    if not endless:
        return Block.CLOCK
    return Block.LOCK if name == "futex" else Block.OUTSIDE


def listens_here(port: int) -> bool:
    """Whether this process listens on that TCP port; False if the system does not tell."""
    return _is_own(_sockets(port, _LISTENING))


def connects_elsewhere(port: int) -> bool:
    """Whether a living connection from that TCP port is another process's; False if the system does not tell."""
    found = _sockets(port, _ESTABLISHED)
    return bool(found) and not _is_own(found)


_ESTABLISHED, _LISTENING = "01", "0A"


def _sockets(port: int, state: str) -> set[str]:
    """The names, as /proc has them, of all sockets of the machine at that port and in that state."""
    found = set()
    for table in ("tcp", "tcp6"):
        try:
            with open(f"/proc/self/net/{table}", encoding="utf-8") as lines:  # noqa: PTH123 - pathlib is slower
                rows = map(str.split, lines)
                found |= {row[9] for row in rows if row[3] == state and row[1].endswith(f":{port:04X}")}
        except OSError:
            continue
    return {f"socket:[{inode}]" for inode in found}


def _is_own(sockets: set[str]) -> bool:
    """Whether one of the sockets is this process's."""
    return bool(sockets) and any(_target(fd) in sockets for fd in os.listdir("/proc/self/fd"))  # noqa: PTH208


def _target(fd: str) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{fd}")  # noqa: PTH115
    except OSError:
        return ""
