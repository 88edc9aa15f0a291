"""What the operating system tells of a thread: whether it has run since the last look, and whether it is about to."""

from __future__ import annotations

import os

AVAILABLE = os.path.exists(f"/proc/self/task/{os.getpid()}/schedstat")  # noqa: PTH110 - called before anything is patched


def look(native_id: int) -> bytes | None:
    """The scheduler's account of a thread that is asleep, or None if it runs, waits for a processor, or is gone.

    Two equal accounts in a row mean that the thread has not run a single instruction in between.
    """
    try:
        if _read(native_id, "stat").rpartition(b")")[2][1:2] != b"S":
            return None
        return _read(native_id, "schedstat")
    except OSError:
        return None


def _read(native_id: int, name: str) -> bytes:
    fd = os.open(f"/proc/self/task/{native_id}/{name}", os.O_RDONLY)
    try:
        return os.read(fd, 512)
    finally:
        os.close(fd)


def listens_here(port: int) -> bool:
    """Whether this process listens on that TCP port."""
    listening = set()
    for table in ("tcp", "tcp6"):
        try:
            with open(f"/proc/self/net/{table}", encoding="ascii") as lines:  # noqa: PTH123
                listening |= {
                    row[9] for row in map(str.split, lines) if row[3] == "0A" and row[1].endswith(f":{port:04X}")
                }
        except OSError:
            return False
    wanted = {f"socket:[{inode}]" for inode in listening}
    return bool(wanted) and any(_target(fd) in wanted for fd in os.listdir("/proc/self/fd"))  # noqa: PTH208


def _target(fd: str) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{fd}")  # noqa: PTH115
    except OSError:
        return ""
