from __future__ import annotations

import random
from typing import Any

from pytest_ominigate.rules import Violation
from pytest_ominigate.rules.base import BY_HAND
from pytest_ominigate.rules.no_backoff import RULE
from pytest_ominigate.timeline import Case

from .timelines import (
    CATALOGUE,
    OK,
    UNKNOWN,
    Answer,
    Table,
    backing_off,
    call,
    case,
    cut,
    error,
    found,
    must,
    should,
    step,
    stream_error,
    table,
    trial,
    unfinished,
    video,
)

LIMIT = error("rate_limited")
FAILED = error("upstream_failed")
NEW_LIMIT = error("new_limit", error_type="rate_limit_error")


def tiny(high: float, trials: int = 12, waits: int = 2) -> list[list[float]]:
    rng = random.Random(high)
    return [[rng.uniform(0, high) for _ in range(waits)] for _ in range(trials)]


def asked(what: str, *moments: float, answer: Answer = FAILED, trials: int = 12) -> Case:
    """A video whose status or result is asked for at those moments, in each trial, and always fails."""
    each = video((0, "create", OK), *[(moment, what, answer) for moment in moments])
    return case(*each.trials * trials, operation="video")


def streams(answer: Answer, *moments: float, trials: int = 12) -> Case:
    """A stream that is sent at those moments, in each trial, and always breaks."""
    each = trial([(moment, answer) for moment in moments], operation="chat_stream")
    return case(*[each] * trials, operation="chat_stream")


GUILTY: Table = {
    "at once, always": (backing_off([[0, 0]] * 12), must(2)),
    "at once, one retry only": (backing_off([[0]] * 12), must(2)),
    "at once, in three trials": (backing_off([[0, 0]] * 3), must(2)),
    "ten milliseconds": (backing_off([[0.01, 0.01, 0.01]] * 12), must(2)),
    "shaken milliseconds": (backing_off(tiny(0.09)), must(2)),
    "growing milliseconds": (backing_off([[0.01, 0.02, 0.04]] * 12), must(2)),
    "the first retry at once after a rate limit": (backing_off([[0, 2, 4]] * 12, code="rate_limited"), must(2)),
    "the first retry after a few milliseconds, by a rate limit": (
        backing_off([[0.02, 2, 4]] * 12, code="tpm_rate_limited"),
        must(2),
    ),
    "a second, then at once": (backing_off([[1, 0, 0, 0, 0]] * 12, code="tpm_rate_limited"), must(3)),
    "a second, then at once, after a failure": (backing_off([[1, 0, 0]] * 12), must(3)),
    "the third retry at once": (backing_off([[1, 2, 0, 4]] * 12), must(4)),
    "the first and the third retry at once, after a failure": (backing_off([[0, 2, 0, 4]] * 12), must(4)),
    "by hand, twice at once": (call((0, FAILED), (0, FAILED), (0, OK), scenario="marked"), must(2)),
    "the waits after it do not count where Retry-After asked for them": (
        backing_off([[0, 0]] * 12, code="internal_error"),
        must(2),
    ),
    "the result of a video at once": (asked("result", 9, 9, 9, 9), must(3)),
    "the result of a video at once, and only once": (asked("result", 9, 9), must(3)),
    "the result of a video at once, in three trials": (asked("result", 9, 9, 9, trials=3), must(3)),
    "the status of a video at once": (asked("status", 5, 5, 5, answer=LIMIT), must(3)),
    "the status of a video after milliseconds": (asked("status", 5, 5.01, 5.02), must(3)),
    "an error event in a stream": (streams(stream_error(), 0, 0, 0), must(2)),
    "an unknown code of a rate limit, five times at once": (call(*[(0, NEW_LIMIT)] * 6, scenario="unknown"), should(2)),
    "a stream that broke, twice at once": (streams(cut(), 0, 0, 0), should(2)),
    "a stream without its end, twice at once": (streams(unfinished(), 0, 0, 0, 0), should(2)),
}

INNOCENT: Table = {
    "an unknown code of a rate limit, after a wait": call(*[(n, NEW_LIMIT) for n in range(6)], scenario="unknown"),
    "an unknown code of a rate limit, only the first time at once": call(
        (0, NEW_LIMIT), *[(2.0**n - 1, NEW_LIMIT) for n in range(5)], scenario="unknown"
    ),
    "an unknown code of a rate limit, twice at once in whole seconds": call(*[(0, NEW_LIMIT)] * 3, scenario="unknown"),
    "an unknown code of a rate limit, after Retry-After: 0": call(
        *[(0, error("new_limit", error_type="rate_limit_error", after=0))] * 6, scenario="unknown"
    ),
    "an unknown code of a rate limit, by hand": call(*[(0, NEW_LIMIT)] * 6, scenario=BY_HAND),
    "an unknown code of a family that has no one duty": call(
        *[(0, error("new_failure", error_type="upstream_error"))] * 6, scenario="unknown"
    ),
    "a deadline leaves nothing for the last wait": backing_off([[1, 2, 0]] * 12),
    "the second retry at once in some trials": backing_off([[1, 0, 4]] * 11 + [[1, 1, 4]]),
    "the second retry at once in nine trials": backing_off([[1, 0, 4]] * 9),
    "the second retry after milliseconds": backing_off([[1, 0.01, 4]] * 12),
    "the first two at once after a failure are odd-backoff": backing_off([[0, 0, 2, 4]] * 12),
    "two calls by hand": backing_off([[1, 2, 0, 1, 2]] * 12, scenario=BY_HAND),
    "another error": case(*[trial([(0, LIMIT), (1, FAILED), (1, FAILED), (3, FAILED)])] * 12),
    "another model, and back": case(
        *[trial([(0, FAILED), (1, FAILED), step(1, FAILED, model="b"), (1, FAILED), (3, FAILED)])] * 12
    ),
    "the same after Retry-After: 0": case(
        *[trial([(0, LIMIT), (1, error("rate_limited", after=0)), (1, LIMIT), (3, LIMIT), (7, LIMIT)])] * 12
    ),
    "a second": backing_off([[1.0, 2.0]] * 12),
    "just the least wait": backing_off([[0.1, 0.2]] * 12),
    "the first retry at once after a failure is odd-backoff": backing_off([[0, 2, 4]] * 12),
    "some at once, some not": backing_off([[0, 0], *[[0.7, 1.4]] * 11]),
    "short by chance in few trials": backing_off([[0.05, 0.09]] * 2),
    "in the same instant once, in whole seconds": backing_off([[0, 1]]),
    "Retry-After: 0 obeyed": call(*[(0, error("rate_limited", after=0))] * 5, (0, OK)),
    "an unreadable Retry-After is early-retry's": call(*[(0, error("rate_limited", header="soon"))] * 5),
    "a permanent error is another rule's": call((0, error("invalid_api_key")), (0, OK), (0, OK)),
    "a poll at once in a single trial is tight-poll's": video((0, "create", OK), *[(5.0, "status", FAILED)] * 3),
    "polls at a steady pace": asked("status", 5, 7, 9, 11, 13),
    "only the first poll at once": asked("status", 5, 5, 7, 11, answer=LIMIT),
    "polls by two who ask at the same time": asked("status", 5, 5, 7, 7, 9, 9, answer=LIMIT),
    "polls by hand": video((0, "create", OK), *[(5.0, "result", FAILED)] * 5, scenario="marked"),
    "a result that is there at the second request": case(
        *video((0, "create", OK), (5, "result", FAILED), (5, "result", OK)).trials * 12, operation="video"
    ),
    "the result after the page's waits": asked("result", 9, 10.1, 12.2, 16.1),
    "a stream that broke, once at once": streams(cut(), 0, 0),
    "a stream that broke, the first time at once": streams(cut(), 0, 0, 2),
    "a stream that broke, after a wait": streams(cut(), 0, 1, 3),
    "a reply that broke": case(*[trial([(0, cut()), (0, cut()), (0, cut())])] * 12),
    "streams by hand": call(*[(0, cut())] * 4, operation="chat_stream", scenario="marked"),
    "by hand, once at once after a failure": call((0, FAILED), (0, OK), scenario="marked"),
    "another key at once": call((0, LIMIT), step(0, LIMIT, key="key 2"), (1.2, OK)),
    "one retry that recovers, after a failure": backing_off([[0]], tags=()),
    "concurrent callers wait for each other": call(
        *[step(0, LIMIT, lane=lane) for lane in (1, 2)] * 4, tags=("shape", "concurrent")
    ),
}

OPEN: Table = {
    "by hand, once at once": (call((0, LIMIT), (0, OK), scenario="marked"), UNKNOWN),
}


@table(GUILTY)
def test_finds(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


def test_says_which_retry_came_at_once() -> None:
    (finding,) = RULE.check(backing_off([[1, 0, 0, 0, 0]] * 12), CATALOGUE)

    assert isinstance(finding, Violation)
    assert finding.observed == "retry 2 came in the same instant in each of 12 trials"


@table(INNOCENT)
def test_leaves_in_peace(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@table(OPEN)
def test_cannot_tell(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected
