from __future__ import annotations

import random
from typing import Any

from pytest_ominigate.rules.no_backoff import RULE
from pytest_ominigate.timeline import Case

from .timelines import OK, UNKNOWN, Table, backing_off, call, error, found, must, step, table, video

LIMIT = error("rate_limited")
FAILED = error("upstream_failed")


def tiny(high: float, trials: int = 12, waits: int = 2) -> list[list[float]]:
    rng = random.Random(high)
    return [[rng.uniform(0, high) for _ in range(waits)] for _ in range(trials)]


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
    "by hand, twice at once": (call((0, FAILED), (0, FAILED), (0, OK), scenario="marked"), must(2)),
    "the waits after it do not count where Retry-After asked for them": (
        backing_off([[0, 0]] * 12, code="internal_error"),
        must(2),
    ),
}

INNOCENT: Table = {
    "a second": backing_off([[1.0, 2.0]] * 12),
    "just the least wait": backing_off([[0.1, 0.2]] * 12),
    "the first retry at once after a failure is odd-backoff": backing_off([[0, 2, 4]] * 12),
    "some at once, some not": backing_off([[0, 0], *[[0.7, 1.4]] * 11]),
    "short by chance in few trials": backing_off([[0.05, 0.09]] * 2),
    "in the same instant once, in whole seconds": backing_off([[0, 1]]),
    "Retry-After: 0 obeyed": call(*[(0, error("rate_limited", after=0))] * 5, (0, OK)),
    "an unreadable Retry-After is early-retry's": call(*[(0, error("rate_limited", header="soon"))] * 5),
    "a permanent error is another rule's": call((0, error("invalid_api_key")), (0, OK), (0, OK)),
    "polls": video((0, "create", OK), *[(5.0, "status", FAILED)] * 5),
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


@table(INNOCENT)
def test_leaves_in_peace(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@table(OPEN)
def test_cannot_tell(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected
