"""Keeps the waits of the test: quickly while it runs, as records when they are asked for."""

from __future__ import annotations

from types import FrameType

from ..timeline import Wait
from . import inflight
from .frames import Site, site_of

_MOST = 10_000


class Entry:
    """One wait; its length may still change."""

    __slots__ = ("at_ns", "blocks_loop", "how", "lane", "seconds", "site")

    def __init__(self, at_ns: int, seconds: float, how: str, site: Site, *, blocks_loop: bool) -> None:
        self.at_ns = at_ns
        self.seconds = seconds
        self.how = how
        self.site = site
        self.lane = inflight.lane.get()
        self.blocks_loop = blocks_loop


class WaitLog:
    """The waits of one clock. Beyond ten thousand, nobody looks at them any more."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self.closed = False
        """Whether nothing is kept any more."""

    def note(self, at_ns: int, seconds: float, how: str, frame: FrameType, *, blocks_loop: bool) -> Entry:
        """Note a wait that begins."""
        entry = Entry(at_ns, seconds, how, site_of(frame), blocks_loop=blocks_loop)
        if len(self._entries) < _MOST and not self.closed:
            self._entries.append(entry)
        return entry

    def waits(self) -> tuple[Wait, ...]:
        """The waits in the order in which they began, none shorter than a nanosecond.

        Which of two threads is first at the same time is up to the machine, so then what they did decides.
        """
        entries = [entry for entry in self._entries if entry.seconds >= 1e-9]
        waits = [
            Wait(
                at=entry.at_ns / 1e9,
                seconds=entry.seconds,
                how=entry.how,
                where=str(entry.site),
                layer=entry.site.layer,
                lane=entry.lane,
                blocks_loop=entry.blocks_loop,
            )
            for entry in entries
        ]
        return tuple(sorted(waits, key=lambda wait: (wait.at, wait.lane, wait.how, wait.where, wait.seconds)))
