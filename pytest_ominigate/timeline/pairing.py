"""Which requests belong together: a request and its retries, and who of several callers sent them."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from functools import lru_cache, wraps
from itertools import pairwise
from typing import TypeVar

from .records import Attempt, Case, Ending, Request, Timeline, Trial

POLLS = ("video.status", "video.result")
"""The operations that ask for a task again and again."""
TEXT = ("chat", "messages")
"""The kinds of work that answer a prompt with text, each in the dialect of another provider."""
ASIDE = ("models", "other")
"""The operations that do no work that a caller asked for."""
_DELIVERY = ("stream", "stream_options")
"""The members of a body that say how the answer comes, not what is asked."""
_KEPT = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """A failed attempt, and the next one at the same request."""

    failed: Attempt
    again: Attempt
    index: int
    """The place among the retries of the request, counted from 0."""
    direct: bool
    """Whether the caller sent nothing else in between."""

    @property
    def wait(self) -> float:
        """The seconds between them."""
        return self.again.at - self.failed.at


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A request and its retries: same lane, operation, key and body, each of them sent after a failure.

    The model is part of the body. Polls of one task are the same request whatever else their bodies say. A run ends
    with its success, so the same request sent after that begins another one.
    """

    attempts: tuple[Attempt, ...]
    retries: tuple[Retry, ...]

    @property
    def first(self) -> Attempt:
        """The request itself."""
        return self.attempts[0]

    @property
    def last(self) -> Attempt:
        """Its last retry, or the request itself where there was none."""
        return self.attempts[-1]

    @property
    def polls(self) -> bool:
        """Whether it asks for a task."""
        return self.first.operation in POLLS

    def __len__(self) -> int:
        return len(self.attempts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """What one caller did in one trial, and what it got."""

    trial: int
    """The index of the trial in its case."""
    number: int
    attempts: tuple[Attempt, ...]
    ending: Ending | None
    """None where nothing is known of it."""
    work: tuple[Attempt, ...]
    """The attempts at what the caller asked for: those of the case's operation and those that fell back on the other
    dialect after the last of them had failed; or all there are."""
    runs: tuple[Run, ...]
    steps: frozenset[str] = frozenset()
    """The bodies of the several requests that the call makes by itself; empty where it makes one."""

    @property
    def last(self) -> Attempt | None:
        """The last attempt at what the caller asked for."""
        return self.work[-1] if self.work else None

    @property
    def ends(self) -> tuple[Attempt, ...]:
        """The last attempt at each thing the caller asked for, in order."""
        if not self.steps:
            return self.work[-1:]
        latest = {attempt.task if attempt.operation in POLLS else attempt.body: attempt for attempt in self.work}
        return tuple(sorted(latest.values(), key=lambda attempt: attempt.number))

    def alike(self, attempt: Attempt) -> tuple[Attempt, ...]:
        """What the caller sent, without the other requests that the call makes by itself than *attempt*."""
        return tuple(other for other in self.attempts if not self.apart(other, attempt))

    def after(self, attempt: Attempt) -> tuple[Attempt, ...]:
        """What the caller sent after *attempt*, without the other requests that the call makes by itself."""
        return tuple(other for other in self.alike(attempt) if other.number > attempt.number)

    def switches(self, run: Run) -> tuple[Retry, ...]:
        """Each failed attempt of *run* after which the same was asked for with streaming switched on, off or changed.

        These are no retries of the run: the body differs. But whoever must not ask again must not ask so either.
        """
        own = {attempt.number for attempt in run.attempts}
        if len(own) == len(self.attempts):
            return ()
        asked = [other for other in self.alike(run.first) if asks_the_same(other, run.first)]
        latest = {again.number: failed.number for failed, again in pairwise(self.attempts)}
        return tuple(
            Retry(failed=failed, again=again, index=index, direct=latest[again.number] == failed.number)
            for index, (failed, again) in enumerate(pairwise(asked))
            if failed.failed and failed.number in own and again.number not in own
        )

    def called_off(self, attempt: Attempt) -> bool:
        """Whether another request that the call makes by itself failed: then there is no use in *attempt* either."""
        return bool(self.steps) and any(end.failed and end.number != attempt.number for end in self.ends)

    def apart(self, other: Attempt, attempt: Attempt) -> bool:
        """Whether *other* is a request that the call makes by itself, too, and hence no other try at *attempt*."""
        return bool(self.steps) and other.body in self.steps and other.body != attempt.body


_Record = TypeVar("_Record")
_Found = TypeVar("_Found")


def _once_each(function: Callable[[_Record], _Found]) -> Callable[[_Record], _Found]:
    """Keep what was found for the latest records: every rule asks, and to compare records would take longer."""
    kept: dict[int, tuple[_Record, _Found]] = {}

    @wraps(function)
    def asked(record: _Record) -> _Found:
        known = kept.get(id(record))
        if known is None:
            if len(kept) >= _KEPT:
                kept.clear()
            # The record is kept too, so that no other one can have its identity.
            known = kept[id(record)] = record, function(record)
        return known[1]

    return asked


@_once_each
def runs(timeline: Timeline) -> tuple[Run, ...]:
    """All requests with their retries, in the order of their first attempts."""
    open_runs: dict[Hashable, list[Attempt]] = {}
    found: list[list[Attempt]] = []
    for attempt in timeline.attempts:
        identity = _identity(attempt)
        known = open_runs.get(identity)
        if known is None or not known[-1].failed:
            known = open_runs[identity] = []
            found.append(known)
        known.append(attempt)
    before = _predecessors(timeline)
    return tuple(Run(attempts=tuple(attempts), retries=_retries(attempts, before)) for attempts in found)


def retries(timeline: Timeline) -> tuple[Retry, ...]:
    """All retries, in the order in which they were sent."""
    return tuple(
        sorted((retry for run in runs(timeline) for retry in run.retries), key=lambda retry: retry.again.number)
    )


@_once_each
def lanes(case: Case) -> tuple[Lane, ...]:
    """Every caller of every trial, in order: those that sent something, and those of which an ending is known."""
    return tuple(lane for index, trial in enumerate(case.trials) for lane in _lanes(case, trial, index))


def lanes_of(case: Case, index: int) -> tuple[Lane, ...]:
    """The callers of one trial, in order."""
    return tuple(lane for lane in lanes(case) if lane.trial == index)


def kind_of_work(operation: str) -> str:
    """What an operation is for, streaming or not: ``chat``, ``messages``, ``image``, ``video``, ..."""
    return operation.partition(".")[0].removesuffix("_stream")


def asks_the_same(one: Attempt, other: Attempt) -> bool:
    """Whether two requests for work differ in nothing but how the answer comes: as a stream or as a whole."""
    return (
        one.operation not in (*POLLS, *ASIDE)
        and (kind_of_work(one.operation), one.key, one.model) == (kind_of_work(other.operation), other.key, other.model)
        and _question(one.request) == _question(other.request)
    )


def _lanes(case: Case, trial: Trial, index: int) -> Iterator[Lane]:
    # Sorted by caller once: there may be thousands of them.
    sent: dict[int, list[Attempt]] = {number: [] for number in range(1, len(trial.endings) + 1)}
    for attempt in trial.timeline.attempts:
        sent.setdefault(attempt.lane, []).append(attempt)
    begun: dict[int, list[Run]] = {}
    for run in runs(trial.timeline):
        begun.setdefault(run.first.lane, []).append(run)
    for number in sorted(sent):
        yield _lane(case, trial, index, number, tuple(sent[number]), tuple(begun.get(number, ())))


def _lane(
    case: Case, trial: Trial, index: int, number: int, attempts: tuple[Attempt, ...], begun: tuple[Run, ...]
) -> Lane:
    work = tuple(attempt for attempt in attempts if kind_of_work(attempt.operation) == kind_of_work(case.operation))
    if work and work[-1].failed and kind_of_work(case.operation) in TEXT:
        rest = (attempt for attempt in attempts if attempt.number > work[-1].number)
        work += tuple(attempt for attempt in rest if kind_of_work(attempt.operation) in TEXT)
    return Lane(
        trial=index,
        number=number,
        attempts=attempts,
        ending=trial.endings[number - 1] if number <= len(trial.endings) else None,
        work=work or tuple(attempt for attempt in attempts if attempt.operation not in ASIDE) or attempts,
        runs=begun,
        steps=frozenset(case.steps) if len(case.steps) > 1 else frozenset(),
    )


def _identity(attempt: Attempt) -> Hashable:
    if attempt.operation in POLLS and attempt.task is not None:
        what: Hashable = attempt.task
    elif attempt.operation in ASIDE:
        what = (attempt.request.method, attempt.request.path, attempt.body)
    else:
        what = (attempt.model, attempt.body)
    return attempt.lane, attempt.operation, attempt.key, what


@lru_cache(maxsize=256)
def _question(request: Request) -> str:
    """What is asked, however the answer is to come."""
    members = request.members()
    if members is None:
        return request.fingerprint
    return json.dumps({name: value for name, value in members.items() if name not in _DELIVERY}, sort_keys=True)


def _retries(attempts: list[Attempt], before: dict[int, int]) -> tuple[Retry, ...]:
    return tuple(
        Retry(failed=failed, again=again, index=index, direct=before[again.number] == failed.number)
        for index, (failed, again) in enumerate(pairwise(attempts))
    )


def _predecessors(timeline: Timeline) -> dict[int, int]:
    """For the number of each attempt, that of the attempt before it in its lane."""
    latest: dict[int, int] = {}
    found = {}
    for attempt in timeline.attempts:
        found[attempt.number] = latest.get(attempt.lane, 0)
        latest[attempt.lane] = attempt.number
    return found
