"""From a trial under way to its frozen record, as a whole or in parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ..catalogue import Catalogue
from ..timeline import Attempt, Ending, EndingKind, Reply, Timeline, Trial, Wait
from .calling import Got
from .ending import build
from .own_time import can_be_up, was_up
from .payload import TOKENS
from .running import Running
from .snapshot import Snapshot


def frozen(
    running: Running, catalogue: Catalogue, *, healthy: Snapshot | None = None, status: int | None = None
) -> Trial:
    """The record of a whole trial."""
    timeline = Timeline(attempts=running.attempts, waits=running.clock.waits, ended=running.ended)
    endings = endings_of(running, running.gots, timeline, catalogue, healthy)
    trial = Trial(
        timeline=timeline,
        endings=endings,
        status=status,
        stopped=running.overran,
        doubts=running.doubts,
        unclaimed=running.unclaimed and len(endings) > 1,
    )
    return in_order(trial) if len(endings) > 1 else trial


def in_order(trial: Trial) -> Trial:
    """The same with the callers numbered by what they did.

    They all make the same call at the same moment, and whose request arrives first is up to the machine.
    """
    timeline = trial.timeline
    history: dict[int, tuple[list[float], list[float]]] = {}
    for attempt in timeline.attempts:
        history.setdefault(attempt.lane, ([], []))[0].append(attempt.at)
    for wait in timeline.waits:
        history.setdefault(wait.lane, ([], []))[1].append(wait.seconds)
    old = sorted(range(1, len(trial.endings) + 1), key=lambda lane: (history.get(lane, ([], [])), lane))
    new = {lane: number for number, lane in enumerate(old, start=1)}
    attempts = sorted(timeline.attempts, key=lambda each: (each.at, new.get(each.lane, each.lane), each.number))
    waits = [replace(wait, lane=new.get(wait.lane, wait.lane)) for wait in timeline.waits]
    return replace(
        trial,
        timeline=replace(
            timeline,
            attempts=tuple(
                replace(attempt, number=number, lane=new.get(attempt.lane, attempt.lane))
                for number, attempt in enumerate(attempts, start=1)
            ),
            waits=tuple(sorted(waits, key=lambda wait: (wait.at, wait.lane))),
        ),
        endings=tuple(trial.endings[lane - 1] for lane in old),
    )


def endings_of(
    running: Running,
    gots: Sequence[Got],
    timeline: Timeline,
    catalogue: Catalogue,
    healthy: Snapshot | None = None,
) -> tuple[Ending, ...]:
    """What the callers got, in the order of their lanes."""
    replies: dict[int, list[Reply]] = {}
    for attempt in timeline.attempts:
        replies.setdefault(attempt.lane, []).append(attempt.reply)
    endings = tuple(
        _ending(running, got, replies.get(got.lane, ()), healthy) for got in sorted(gots, key=lambda got: got.lane)
    )
    # When each of several callers came to its end is not known.
    return tuple(_with_its_time(ending, timeline, catalogue) for ending in endings) if len(gots) == 1 else endings


def _with_its_time(ending: Ending, timeline: Timeline, catalogue: Catalogue) -> Ending:
    """The ending of the only caller, with what the timeline shows of a deadline of its own."""
    if ending.kind is not EndingKind.RAISED:
        return ending
    up = ending.timed_out and can_be_up(timeline, catalogue)
    return replace(ending, timed_out=up or was_up(timeline, catalogue))


def _ending(running: Running, got: Got, replies: Sequence[Reply], healthy: Snapshot | None) -> Ending:
    return build(
        got.kind,
        got.value,
        healthy=healthy,
        log_records=running.records,
        secrets=running.secrets,
        replies=replies,
        tokens=TOKENS,
        on_doubt=running.doubt,
    )


def silent_ending(running: Running) -> Ending:
    """The ending of a test body: what it got from its client is its own affair, but for what was logged."""
    return build(EndingKind.RETURNED, None, log_records=running.records, secrets=running.secrets)


def part(attempts: Sequence[Attempt], waits: Sequence[Wait], begun: float, ended: float) -> Timeline:
    """The timeline of a part of a trial, with numbers and times of its own."""

    def later(moment: float | None) -> float | None:
        return None if moment is None else moment - begun

    return Timeline(
        attempts=tuple(
            replace(
                attempt,
                number=number,
                at=attempt.at - begun,
                reply=replace(
                    attempt.reply, retry_at=later(attempt.reply.retry_at), resets_at=later(attempt.reply.resets_at)
                ),
            )
            for number, attempt in enumerate(attempts, start=1)
        ),
        waits=tuple(replace(wait, at=wait.at - begun) for wait in waits if begun <= wait.at <= ended),
        ended=ended - begun,
    )


def gaps(attempts: Sequence[Attempt]) -> list[float]:
    """The seconds between each request and the one before it."""
    return [round(after.at - before.at, 6) for before, after in pairwise(attempts)]
