"""The real clock, for clients in another process."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Self

from ..timeline import Wait
from . import native


class RealClock:
    """Real time behind the interface of the virtual clock. Nothing is patched, so no wait is recorded."""

    waits: tuple[Wait, ...] = ()
    doubts: tuple[str, ...] = ()
    ignored_loop: object = None

    @classmethod
    def started(cls) -> Self:
        """A clock that counts already, for whoever needs no block."""
        return cls().__enter__()

    def __enter__(self) -> Self:
        """Start counting."""
        self._origin_ns = native.monotonic_ns()
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Nothing to put back."""

    def now(self) -> float:
        """Seconds since the clock was started."""
        return (native.monotonic_ns() - self._origin_ns) / 1e9

    def wall(self) -> datetime:
        """The date and time of day, aware, in UTC."""
        return datetime.now(UTC)

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """Real time never jumps."""
        yield
