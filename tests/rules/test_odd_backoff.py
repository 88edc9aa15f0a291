from __future__ import annotations

import random
from typing import Any

from pytest_ominigate.rules.odd_backoff import RULE
from pytest_ominigate.timeline import Case

from .timelines import OK, Table, backing_off, error, found, should, table, trial, video
from .timelines import case as make_case


def drawn(low: float, high: float, growth: float, waits: int = 3) -> list[list[float]]:
    rng = random.Random(repr((low, high, growth)))
    return [[rng.uniform(low, high) * growth**n for n in range(waits)] for _ in range(12)]


GUILTY: Table = {
    "a tenth of a second": (backing_off([[0.12, 0.24]] * 12), should(2)),
    "a fifth, shaken": (backing_off(drawn(0.15, 0.22, 2)), should(2)),
    "ten seconds": (backing_off([[10, 20]] * 12), should(2)),
    "five to eight seconds": (backing_off(drawn(5, 8, 2)), should(2)),
    "one wait of ten seconds": (backing_off([[10]] * 12), should(2)),
    "sixfold": (backing_off([[1, 6, 36]] * 12), should(2)),
    "sixfold, shaken": (backing_off(drawn(0.9, 1.1, 6)), should(2)),
    "a fifth more": (backing_off([[1, 1.2, 1.44]] * 12), should(2)),
    "no ceiling": (backing_off([[1, 2, 4, 8, 16, 32]] * 12, code="rate_limited"), should(2)),
    "no ceiling, a second of jitter": (
        backing_off([[2**n + k / 12 for n in range(6)] for k in range(12)], code="rate_limited"),
        should(2),
    ),
    "a wait of over a minute in a single trial": (backing_off([[1, 2, 61]]), should(2)),
    "the first retry at once": (backing_off([[0, 2, 4]] * 12), should(2)),
    "the only retry that is seen comes at once": (backing_off([[0]] * 12), should(2)),
}

INNOCENT: Table = {
    "one, two, four": backing_off([[1, 2, 4]] * 12),
    "stainless": backing_off([[0.4, 0.8]] * 12),
    "a quarter of a second": backing_off([[0.25, 0.5]] * 12),
    "four seconds": backing_off([[4, 8]] * 12),
    "two seconds": backing_off([[2, 4, 8]] * 12),
    "threefold": backing_off([[1, 3, 9]] * 12),
    "growth by half": backing_off([[1, 1.5, 2.25]] * 12),
    "a ceiling of half a minute": backing_off([[1, 2, 4, 8, 16, 30, 30]] * 12, code="rate_limited"),
    "a second of jitter on the ceiling": backing_off([[1, 2, 4, 8, 16, 30.5]] * 12, code="rate_limited"),
    "few trials prove little": backing_off([[0.12, 0.24], [0.2, 0.3]]),
    "half a minute and more in a single trial": backing_off([[1, 2, 4, 8, 16, 45]], code="rate_limited"),
    "Retry-After asks for an hour": make_case(*[trial([(0, error("rate_limited", after=3600)), (3600, OK)])] * 12),
    "polls": make_case(
        *video((0, "create", OK), (60, "status", error("upstream_failed")), (180, "status", OK)).trials * 12
    ),
}


@table(GUILTY)
def test_finds(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@table(INNOCENT)
def test_leaves_in_peace(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected
