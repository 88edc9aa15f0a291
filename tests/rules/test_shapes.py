"""No honest way of waiting is accused, whatever chance makes of it."""

from __future__ import annotations

import pytest

from pytest_ominigate.rules import Violation, flat_backoff, missing_jitter, no_backoff, odd_backoff

from .jitters import EXACT, HONEST, Shape, cut_short, held_up, rows
from .timelines import CATALOGUE, backing_off, found

SHAPED = (no_backoff.RULE, flat_backoff.RULE, odd_backoff.RULE)


@pytest.mark.parametrize("waits", [1, 2, 3, 4, 5, 9])
@pytest.mark.parametrize("shape", HONEST)
def test_an_honest_shape_is_accused_of_nothing(shape: str, waits: int) -> None:
    exact_at_first = shape in ("tenacity's cookbook", "retry") and waits == 1
    for seed in range(12):
        drawn = rows(HONEST[shape], seed=(shape, seed, waits), waits=waits)
        what = backing_off(drawn, code="rate_limited")

        assert [each for rule in SHAPED for each in found(rule, what)] == [], drawn
        assert exact_at_first or found(missing_jitter.RULE, what) == [], drawn


@pytest.mark.parametrize("waits", [1, 2, 3, 4, 5, 9])
@pytest.mark.parametrize("shape", EXACT)
def test_a_shape_without_jitter_lacks_nothing_else(shape: str, waits: int) -> None:
    what = backing_off(rows(EXACT[shape], seed=shape, waits=waits), code="rate_limited")

    assert [each for rule in SHAPED for each in found(rule, what)] == []


@pytest.mark.parametrize("shape", [*HONEST, *EXACT])
def test_few_trials_accuse_nobody_either(shape: str) -> None:
    for trials in range(1, 10):
        drawn = rows((HONEST | EXACT)[shape], seed=(shape, trials), trials=trials, waits=2)
        what = backing_off(drawn, code="upstream_failed", tags=())

        assert [each for rule in SHAPED for each in found(rule, what)] == [], drawn


def falls(shape: Shape, *, seed: object, waits: int) -> list[object]:
    """What is found of such a client that goes by single places, whatever a trend over all of them may say."""
    drawn = rows(shape, seed=seed, waits=waits)
    findings = flat_backoff.RULE.check(backing_off(drawn, code="rate_limited"), CATALOGUE)
    shorter = [each for each in findings if isinstance(each, Violation) and "shorter" in each.observed]
    return [*shorter, *found(no_backoff.RULE, backing_off(drawn, code="rate_limited"))]


@pytest.mark.parametrize("waits", [3, 4, 5, 9])
@pytest.mark.parametrize("shape", [*HONEST, *EXACT])
def test_a_deadline_makes_no_fall(shape: str, waits: int) -> None:
    for seconds in (4, 9, 40):
        assert falls(cut_short((HONEST | EXACT)[shape], seconds), seed=(shape, seconds), waits=waits) == []


@pytest.mark.parametrize(("requests", "seconds"), [(1, 2), (3, 10), (4, 60)])
@pytest.mark.parametrize("shape", [*HONEST, *EXACT])
def test_a_limiter_makes_no_fall(shape: str, requests: int, seconds: float) -> None:
    for waits in (3, 4, 5, 9):
        what = held_up((HONEST | EXACT)[shape], requests, seconds)
        assert falls(what, seed=(shape, requests, seconds), waits=waits) == []
