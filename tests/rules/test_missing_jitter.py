from __future__ import annotations

from typing import Any

import pytest

from pytest_ominigate.rules.missing_jitter import RULE
from pytest_ominigate.timeline import Case

from .jitters import EXACT, HONEST, rows
from .timelines import OK, Table, backing_off, error, found, should, table, trial, video
from .timelines import case as make_case

GUILTY: Table = {
    "powers of two": (backing_off([[1, 2, 4]] * 12), should(2)),
    "three trials will do": (backing_off([[1, 2]] * 3), should(2)),
    "one wait will do": (backing_off([[1]] * 12), should(2)),
    "a first retry at once and exact waits after it": (backing_off([[0, 2, 4]] * 12), should(2)),
    "less than a millisecond is rounding": (backing_off([[1, 2], [1.0005, 2], [1, 2.0005]]), should(2)),
}

INNOCENT: Table = {
    "one wait differs in one trial": backing_off([[1, 2], [1, 2], [1, 2.1]]),
    "two trials": backing_off([[1, 2], [1, 2]]),
    "no waits at all are no-backoff": backing_off([[0, 0]] * 12),
    "Retry-After is exact": make_case(*[trial([(0, error("rate_limited", after=20)), (20, OK)])] * 12),
    "polls are exact": make_case(
        *video((0, "create", OK), (5, "status", error("upstream_failed")), (10, "status", OK)).trials * 12
    ),
    "no retries at all": make_case(*[trial([(0, error("upstream_failed"))])] * 12),
}


@table(GUILTY)
def test_finds(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@table(INNOCENT)
def test_leaves_in_peace(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@pytest.mark.parametrize("shape", [name for name in HONEST if name not in ("tenacity's cookbook", "retry")])
def test_shaken_waits_are_seen_from_the_first_on(shape: str) -> None:
    for seed in range(10):
        assert found(RULE, backing_off(rows(HONEST[shape], seed=(shape, seed), waits=1))) == []


@pytest.mark.parametrize("shape", EXACT)
def test_exact_waits_are_found(shape: str) -> None:
    assert found(RULE, backing_off(rows(EXACT[shape], seed=shape, waits=3))) == should(2)
