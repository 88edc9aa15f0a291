"""Trials are spared only where those to come could not have shown anything."""

from __future__ import annotations

import random

import pytest

from pytest_ominigate.rules import flat_backoff, missing_jitter, no_backoff, odd_backoff
from pytest_ominigate.rules.judge import undecided

from .jitters import EXACT, FLAT, HONEST, rows
from .timelines import CATALOGUE, backing_off, found

SHAPED = (no_backoff.RULE, flat_backoff.RULE, odd_backoff.RULE, missing_jitter.RULE)
SHAPES = HONEST | EXACT | {name: shape for name, (shape, _) in FLAT.items()}
ALL = 12


@pytest.mark.parametrize("waits", [1, 2, 3, 4, 5, 9])
@pytest.mark.parametrize("name", SHAPES)
def test_what_is_decided_stays_so(name: str, waits: int) -> None:
    for seed in range(2):
        drawn = rows(SHAPES[name], seed=(name, seed, waits), trials=ALL, waits=waits)
        for spared in (1, 5, 8, 9):
            if undecided(backing_off(drawn[:-spared]), CATALOGUE, more=spared):
                continue
            assert [each for rule in SHAPED for each in found(rule, backing_off(drawn))] == [], (spared, drawn)
            assert [each for rule in SHAPED for each in found(rule, backing_off(drawn[:-spared]))] == []


def test_what_is_decided_stays_so_whatever_comes_next() -> None:
    """Also if it is another client altogether, and if its trials are shorter."""
    rng = random.Random(7)
    for _ in range(400):
        early, late = rng.sample(sorted(SHAPES), 2)
        begun = rows(SHAPES[early], seed=rng.random(), trials=rng.randint(1, 11), waits=rng.randint(1, 6))
        rest = rows(SHAPES[late], seed=rng.random(), trials=ALL - len(begun), waits=rng.randint(1, 6))
        if not undecided(backing_off(begun), CATALOGUE, more=len(rest)):
            assert [each for rule in SHAPED for each in found(rule, backing_off([*begun, *rest]))] == [], (begun, rest)


@pytest.mark.parametrize("name", ["full", "equal", "a quarter", "stainless", "decorrelated", "additive"])
def test_honest_jitter_is_told_soon(name: str) -> None:
    """With as many waits as the page allows a rate limit."""
    drawn = rows(HONEST[name], seed=name, trials=ALL, waits=3)

    assert any(not undecided(backing_off(drawn[:k]), CATALOGUE, more=ALL - k) for k in range(3, 8))


@pytest.mark.parametrize("row", [[0.4, 1, 2, 0, 4], [0.4, 1, 2, 1, 2, 4], [1, 8, 16, 1, 2, 4, 8], [4, 1, 2, 4, 8]])
def test_a_single_fall_is_tried_to_the_end(row: list[float]) -> None:
    shaken = random.Random(1)
    drawn = [[wait * shaken.uniform(0.8, 1.2) for wait in row] for _ in range(ALL)]

    assert all(undecided(backing_off(drawn[:k]), CATALOGUE, more=ALL - k) for k in (1, 3, 7, 11))


@pytest.mark.parametrize("name", [*EXACT, *FLAT])
def test_what_looks_wrong_so_far_is_tried_to_the_end(name: str) -> None:
    least = FLAT[name][1] if name in FLAT else 2
    drawn = rows(SHAPES[name], seed=name, trials=ALL, waits=least)

    assert all(undecided(backing_off(drawn[:k]), CATALOGUE, more=ALL - k) for k in (1, 3, 7, 11))
