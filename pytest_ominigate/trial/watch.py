"""The body of a test written by hand, watched as one trial."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import FrameType, TracebackType
from typing import Self

from ..catalogue import Catalogue
from ..clock import inflight
from ..gateway import Fault
from ..reports.shape import Result
from ..timeline import Attempt, Trial
from .freezing import part, silent_ending
from .outcome import judged
from .run import Step, Trials
from .settings import Settings
from .stopping import ClientStoppedError

OF_THE_CALLER = frozenset(
    (
        "crashed-on-reply",
        "lost-code",
        "lost-param",
        "lost-request-id",
        "lost-result",
        "misread-family",
        "repeated-text",
        "swallowed-error",
        "truncated-success",
    )
)
"""The rules about what the caller got: in a test body that is the test's own affair, and out of our sight."""
_PLUMBING = frozenset(
    (
        "_pytest",
        "anyio",
        "asyncio",
        "contextlib",
        "contextvars",
        "pluggy",
        "pytest_asyncio",
        "threading",
        "trio",
        "unittest",
    )
)
_ORDER = {"fail": 0, "inconclusive": 1, "pass": 2}


@dataclass(slots=True)
class Part:
    """A call made through ``ominigate.call`` within the body."""

    first: int
    """The number of requests before it."""
    last: int
    trial: Trial


@dataclass(slots=True)
class _Sites:
    """From which place of the test body each request was sent."""

    requests: Callable[[], tuple[Attempt, ...]]
    of: dict[int, int | None] = field(default_factory=dict)

    def note(self) -> None:
        """Called whenever anything is sent; by the gateway's own thread too."""
        if not inflight.stays_real(threading.current_thread()):
            self.of.setdefault(len(self.requests()), _site(sys._getframe(1)))


class Watch(AbstractContextManager["Watch"]):
    """Runs a trial round the body of a test. A client that had to be stopped ends the body, without an exception."""

    def __init__(
        self,
        trials: Trials,
        catalogue: Catalogue,
        settings: Settings,
        faults: Callable[[], Iterable[Fault]],
        attempts: Callable[[], tuple[Attempt, ...]],
        on_change: Callable[[Watch | None], None],
    ) -> None:
        self._trials = trials
        self._catalogue = catalogue
        self._settings = settings
        self._faults = faults
        self._attempts = attempts
        self._on_change = on_change
        self.parts: list[Part] = []

    def __enter__(self) -> Self:
        """Begin the trial."""
        self._block = self._trials.open(Step(faults=tuple(self._faults()), seed="body"))
        self.running = self._block.__enter__()
        self._on_change(self)
        self._sites = _Sites(self._attempts)
        inflight.on_send.append(self._sites.note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        """End the trial."""
        inflight.on_send.remove(self._sites.note)
        self._on_change(None)
        self._block.__exit__(None, None, None)
        return isinstance(error, ClientStoppedError)

    @property
    def sent(self) -> bool:
        """Whether any request arrived."""
        return bool(self.running.attempts)

    def result(self, nodeid: str, *, waive: Mapping[str, str]) -> Result:
        """The judgement of the body: of each call by itself, the worst first."""
        found = [
            judged(trials, self._catalogue, self._settings, nodeid=nodeid, waive=waive, without=without)
            for trials, without in ((self._direct(), OF_THE_CALLER), (tuple(p.trial for p in self.parts), frozenset()))
            if trials
        ]
        return min(found, key=lambda result: _ORDER[result["verdict"]])

    def _direct(self) -> tuple[Trial, ...]:
        """What the body sent by itself, a trial for each place in it that called the client."""
        attempts = self.running.attempts
        groups: list[list[int]] = []
        last: int | None = None
        for index in range(len(attempts)):
            if any(each.first <= index < each.last for each in self.parts):
                last = None
                continue
            site = self._sites.of.get(index)
            if not groups or (site is not None and site != last):
                groups.append([])
            groups[-1].append(index)
            last = site if site is not None else last
        return tuple(self._trial([attempts[index] for index in group]) for group in groups)

    def _trial(self, attempts: list[Attempt]) -> Trial:
        running = self.running
        return Trial(
            timeline=part(attempts, running.clock.waits, attempts[0].at, running.ended),
            endings=(silent_ending(running),),
            stopped=running.overran and attempts[-1] is running.attempts[-1],
            doubts=running.doubts,
        )


def _site(frame: FrameType | None) -> int | None:
    """The place in the outermost frame that is neither the test run's nor an event loop's: in the test's own body."""
    site = None
    while frame is not None:
        if str(frame.f_globals.get("__name__", "")).partition(".")[0] not in _PLUMBING:
            site = hash((frame.f_code, frame.f_lasti))
        elif site is not None:
            break
        frame = frame.f_back
    return site
