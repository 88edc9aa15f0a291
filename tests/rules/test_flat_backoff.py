from __future__ import annotations

from typing import Any

import pytest

from pytest_ominigate.rules import Violation
from pytest_ominigate.rules.base import BY_HAND
from pytest_ominigate.rules.flat_backoff import RULE
from pytest_ominigate.timeline import Case

from .jitters import FLAT, rows
from .timelines import CATALOGUE, OK, UNKNOWN, Table, backing_off, call, error, found, must, step, table, trial, video
from .timelines import case as make_case

FAILED = error("upstream_failed")
LIMIT = error("rate_limited")

GUILTY: Table = {
    "a second and a second": (backing_off([[1, 1]] * 12), must(2)),
    "the same in three trials": (backing_off([[1.5, 1.5, 1.5]] * 3), must(2)),
    "half as long": (backing_off([[2, 1]] * 12), must(2)),
    "four, two, one": (backing_off([[4, 2, 1]] * 12), must(2)),
    "hardly growing": (backing_off([[1, 1.05, 1.1]] * 12), must(2)),
    "one, two, three, four": (backing_off([[1, 2, 3, 4]] * 12), must(2)),
    "one, three, five, seven": (backing_off([[1, 3, 5, 7]] * 12), must(2)),
    "up and down": (backing_off([[2, 1, 2, 1, 2, 1]] * 12), must(2)),
    "growing, then at once": (backing_off([[0.4, 0.8, 1.6, 0, 0, 0]] * 12), must(2)),
    "one, two, and again": (backing_off([[1, 2, 1, 2]] * 12), must(2)),
    "one, two, four, and again": (backing_off([[1, 2, 4, 1, 2, 4, 1]] * 12), must(2)),
    "four, one, one": (backing_off([[4, 1, 1]] * 12), must(2)),
    "one, then none": (backing_off([[1, 0, 0]] * 12), must(2)),
    "under a rate limit": (backing_off([[1, 1]] * 12, code="rate_limited"), must(2)),
    "tenacity's example with at least four seconds, cut off early": (backing_off([[4, 4]] * 12), must(2)),
}

INNOCENT: Table = {
    "a deadline leaves little for the last wait": backing_off([[1, 2, 4, 0.5]] * 12),
    "a deadline leaves little for the last wait of some": backing_off([[1, 2, 4, 0.5]] * 6 + [[1, 2, 3.5, 0.5, 9]] * 6),
    "a limiter holds the third retry up": backing_off([[1, 2, 57, 8, 16]] * 12),
    "a limiter holds the third retry up, below a ceiling": backing_off([[1, 2, 7, 2, 2]] * 12),
    "a limiter holds several up": backing_off([[1, 2, 20, 8, 30, 16, 30]] * 12),
    "the first one is held up": backing_off([[6, 2, 4, 8]] * 12),
    "the first one is held up, and a deadline cuts the third": backing_off(
        [[6, 1 + n / 12, 3 - n / 12] for n in range(12)]
    ),
    "each error has waits of its own": make_case(
        *[trial([(0, LIMIT), (5, LIMIT), (15, FAILED), (16, FAILED), (18, FAILED)])] * 12
    ),
    "two calls by hand": backing_off([[1, 2.5, 0, 0.5]] * 12, scenario=BY_HAND),
    "shorter in all trials but one": backing_off([[1, 2, 1, 2]] * 11 + [[1, 2, 4, 8]]),
    "hardly shorter": backing_off([[1, 2, 1.7, 3.4]] * 12),
    "doubling": backing_off([[1, 2]] * 12),
    "one wait shows no growth": backing_off([[1]] * 12),
    "one, two, three may be a ceiling": backing_off([[1, 2, 3]] * 12),
    "one, two, four, five is a ceiling": backing_off([[1, 2, 4, 5]] * 12),
    "a ceiling of two seconds": backing_off([[1, 2, 2, 2, 2]] * 12),
    "a ceiling of thirty seconds": backing_off([[1, 2, 4, 8, 16, 30, 30, 30]] * 12),
    "growth by half": backing_off([[1, 1.5, 2.25, 3.375]] * 12),
    "slow growth is odd-backoff": backing_off([[1, 1.2, 1.44, 1.73]] * 12),
    "threefold": backing_off([[1, 3, 9, 27]] * 12),
    "at once first": backing_off([[0, 2, 4]] * 12),
    "at once always is no-backoff": backing_off([[0, 0, 0]] * 12),
    "one trial proves nothing": backing_off([[1, 1]], tags=()),
    "Retry-After asks for the same each time": make_case(
        *[trial([(20 * n, error("rate_limited", after=20)) for n in range(4)])] * 12
    ),
    "polls keep their pace": make_case(
        *video((0, "create", OK), *[(5.0 * n, "status", FAILED) for n in range(5)]).trials * 12
    ),
    "reset connections have no duty": make_case(*call(*[(n, OK) for n in range(4)]).trials * 12),
    "permanent errors are another rule's": make_case(*[trial([(n, error("invalid_request")) for n in range(4)])] * 12),
    "another model's waits begin anew": make_case(
        *[trial([(0, FAILED), (1, FAILED), step(1, FAILED, model="b"), step(2, FAILED, model="b")])] * 12
    ),
}

OPEN: Table = {
    "shaken waits in three trials": (backing_off([[1, 1.3], [1.2, 1], [1.1, 1.2]]), UNKNOWN),
    "one trial of a scenario about shapes": (backing_off([[1, 1]]), UNKNOWN),
}


@table(GUILTY)
def test_finds(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


def test_does_not_call_waits_without_direction_even() -> None:
    (finding,) = RULE.check(backing_off([[0.4, 0.8, 1.6, 0, 0, 0]] * 12), CATALOGUE)

    assert isinstance(finding, Violation)
    assert finding.observed == (
        "no more rising than falling waits in 12 trials, such as 0.4 s, 0.8 s, 1.6 s, 0 s, 0 s, 0 s"
    )


def test_says_that_waits_fall() -> None:
    (finding,) = RULE.check(backing_off([[1, 2, 1, 2]] * 12), CATALOGUE)

    assert isinstance(finding, Violation)
    assert finding.observed == "suddenly shorter waits in 12 trials, such as 1 s, 2 s, 1 s, 2 s"


@table(INNOCENT)
def test_leaves_in_peace(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@table(OPEN)
def test_cannot_tell(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@pytest.mark.parametrize("name", FLAT)
@pytest.mark.parametrize("waits", [2, 3, 4, 5, 9])
def test_flat_shapes_are_found(name: str, waits: int) -> None:
    shape, least = FLAT[name]
    expected = must(2) if waits >= least else []

    for seed in range(6):
        drawn = rows(shape, seed=(name, seed, waits), waits=waits)
        assert found(RULE, backing_off(drawn, code="rate_limited")) == expected, drawn


@pytest.mark.parametrize(
    ("low", "high", "waits"), [(1, 2, 2), (1, 2, 4), (0.5, 1.5, 4), (1, 3, 4), (0, 1, 9), (0, 2, 9)]
)
def test_most_clients_that_draw_each_wait_anew_are_found(low: float, high: float, waits: int) -> None:
    """Chance may make such waits look like growth: then nobody is accused."""
    verdicts = [
        found(
            RULE,
            backing_off(
                rows(lambda rng, count: [rng.uniform(low, high) for _ in range(count)], seed=(low, seed), waits=waits)
            ),
        )
        for seed in range(40)
    ]

    assert verdicts.count(must(2)) >= 15


def test_a_client_that_runs_out_of_time_is_judged_by_the_waits_that_all_its_trials_have() -> None:
    """Only trials with short waits have room for more of them, so the last waits are a selection."""
    assert found(RULE, backing_off([[1, 2, 4]] * 6 + [[1, 2, 4, 1]] * 6)) == []
