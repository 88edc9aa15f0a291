"""The waits of a client over the trials of a scenario, position by position: what the rules about backoff look at.

A single wait proves nothing where clients shake their waits on purpose. So the first wait of every trial is looked at
together, then the second, and so on. What is said of a position is said of all trials, never of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations, takewhile
from math import prod

from ..catalogue import Backoff, Catalogue, Duty
from ..timeline import POLLS, Case, ReplyKind, Retry, Run, lanes
from .evidence import duty_of_family, entry_of, stream_dropped

Sort = Callable[[Retry, Catalogue], bool]
"""Which retries' waits are meant: one of the functions at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """All waits at one place in the sequence, one a trial, in seconds."""

    low: float
    high: float
    hardly_varies: float
    """The factor within which waits count as the same."""

    @property
    def middle(self) -> float:
        """The middle between the shortest and the longest: for shaken waits a steadier measure than their mean."""
        return (self.low + self.high) / 2

    @property
    def spread(self) -> float:
        """By how much they differ, in seconds."""
        return self.high - self.low

    @property
    def fixed(self) -> bool:
        """Whether the wait is the same in every trial."""
        return self.high <= self.low * self.hardly_varies


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """The waits before the retries of one request that only the client's own backoff explains, trial by trial."""

    rows: tuple[tuple[float, ...], ...]
    """For each trial its waits in order, all rows of the same length."""
    first: Retry
    """The first retry of the first trial."""
    trial: int
    """The index of that trial."""
    code: str | None
    """The error that was met first; None for a stream that broke off without one."""
    backoff: Backoff | None
    """The waits that the page asks for after it; None where it names none."""
    limited: bool
    """Whether it is a limit on requests, to which the gateway may add a Retry-After."""
    ended: bool
    """Whether in some trial the client made no further request after the last of these waits failed."""
    alike: bool
    """Whether it was the same error before every wait: another one may have a backoff of its own."""
    positions: tuple[Position, ...]

    @property
    def trials(self) -> int:
        """How many trials there are."""
        return len(self.rows)

    @property
    def fixed(self) -> bool:
        """Whether every wait is the same in every trial."""
        return all(position.fixed for position in self.positions)

    def settled(self, catalogue: Catalogue) -> bool:
        """Whether there is no chance in them: they were the same to the millisecond in enough trials to be sure.

        Where there was hardly any wait, chance may have drawn from little.
        """
        limits = catalogue.limits
        return self.trials >= limits["same_sure_trials"] and all(
            each.fixed and each.spread <= limits["jitter_tolerance"] and each.low >= limits["no_backoff_below"]
            for each in self.positions
        )

    def cut(self, length: int) -> Waits:
        """The same with only the first *length* waits of each trial."""
        return replace(self, rows=tuple(row[:length] for row in self.rows), positions=self.positions[:length])

    def head(self, length: int) -> tuple[Position, ...]:
        """The first positions: growth is judged on them, before a ceiling can hide it."""
        return self.positions[:length]

    def inner(self, length: int) -> tuple[Position, ...]:
        """The first positions without the last of all, whose waits a deadline may have cut to what was left."""
        return self.positions[:-1][:length]

    def rising(self, length: int, factor: float) -> tuple[int, int, int]:
        """Pairs of waits of one trial, among the first *length*: rising by more than *factor*, falling so, and all."""
        pairs = [pair for row in self.rows for pair in combinations(row[:length], 2)]
        up = sum(later > earlier * factor for earlier, later in pairs)
        down = sum(earlier > later * factor for earlier, later in pairs)
        return up, down, len(pairs)


def waits_of(case: Case, catalogue: Catalogue, sort: Sort | None = None) -> Waits | None:
    """The waits of the first request of each trial with retries of that *sort*; None where there are none.

    Left out is all that follows a retry of another sort, and concurrent callers, who may have to wait for each other.
    By default, whatever may have another reason than backoff is of another sort: polls, waits that Retry-After asked
    for or excused, broken connections and streams.
    """
    chosen = sort or backed_off
    samples: list[tuple[int, Run, tuple[Retry, ...]]] = []
    concurrent = [len(trial.timeline.lanes()) > 1 for trial in case.trials]
    for lane in lanes(case):
        if concurrent[lane.trial]:
            continue
        found = ((run, _of_sort(run, chosen, catalogue)) for run in lane.runs)
        run, meant = next((each for each in found if each[1]), (None, ()))
        if run is not None:
            samples.append((lane.trial, run, meant))
    if not samples:
        return None
    trial, _, opening = samples[0]
    entry = entry_of(opening[0].failed, catalogue)
    # As many as each trial has: with a budget of time, only the shorter waits leave room for more of them.
    length = min(len(found) for _, _, found in samples)
    rows = tuple(tuple(retry.wait for retry in found[:length]) for _, _, found in samples)
    return Waits(
        rows=rows,
        first=opening[0],
        trial=trial,
        code=entry.code if entry else None,
        backoff=entry.backoff if entry else _without_entry(catalogue),
        limited=entry is not None and entry.honours_retry_after,
        ended=any(len(found) == length and run.last.failed for _, run, found in samples),
        alike=len({retry.failed.reply.code for _, _, found in samples for retry in found[:length]}) == 1,
        positions=tuple(
            Position(low=min(column), high=max(column), hardly_varies=catalogue.limits["same_wait"])
            for column in zip(*rows, strict=True)
        ),
    )


def chance_below(waits: Waits, limit: float, positions: int) -> float:
    """How likely all waits at the first positions fall below *limit* if they are drawn from 0 to the page's waits."""
    return prod(min(1.0, limit / asked if asked else 1.0) ** waits.trials for asked in _asked(waits, positions))


def chance_of_zero(waits: Waits, positions: int) -> float:
    """How likely all waits at the first positions are 0 if they are drawn in whole seconds up to the page's waits."""
    return prod((1.0 / (asked + 1.0)) ** waits.trials for asked in _asked(waits, positions))


def _asked(waits: Waits, positions: int) -> Iterator[float]:
    """The page's waits; all 0 where it names none, so that nothing can be concluded from a short one."""
    for index in range(positions):
        backoff = waits.backoff
        yield min(backoff.initial * backoff.factor**index, backoff.maximum) if backoff else 0.0


def backed_off(retry: Retry, catalogue: Catalogue) -> bool:
    """A generation tried again after a transient error."""
    return _after_transient(retry, catalogue) and retry.failed.operation not in POLLS


def asked_again(retry: Retry, catalogue: Catalogue) -> bool:
    """A task asked for again after a transient error."""
    return _after_transient(retry, catalogue) and retry.failed.operation in POLLS


def resent(retry: Retry, _catalogue: Catalogue) -> bool:
    """A stream asked for again after one that broke off without a code."""
    return retry.direct and stream_dropped(retry.failed) and retry.failed.reply.kind is not ReplyKind.STREAM_ERROR


def unlisted(retry: Retry, catalogue: Catalogue) -> bool:
    """A generation tried again after a code that the page does not list, of a type whose errors are all transient."""
    failed = retry.failed
    transient = duty_of_family(failed, catalogue) is Duty.BACKOFF and failed.reply.retry_after is None
    return transient and retry.direct and failed.operation not in POLLS


def _after_transient(retry: Retry, catalogue: Catalogue) -> bool:
    entry = entry_of(retry.failed, catalogue)
    if entry is None or not entry.transient or not retry.direct:
        return False
    return retry.failed.reply.retry_after is None


def _of_sort(run: Run, sort: Sort, catalogue: Catalogue) -> tuple[Retry, ...]:
    return tuple(takewhile(lambda retry: sort(retry, catalogue), run.retries))


def _without_entry(catalogue: Catalogue) -> Backoff:
    limits = catalogue.limits
    return Backoff(initial=limits["backoff_initial"], factor=limits["backoff_factor"], maximum=limits["longest_wait"])
