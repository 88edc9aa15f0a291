"""Trials are spared only where those to come would not have shown anything."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from pytest_ominigate.rules import flat_backoff, missing_jitter, no_backoff, odd_backoff
from pytest_ominigate.rules.judge import undecided

from .jitters import EXACT, FLAT, HONEST, rows
from .timelines import CATALOGUE, backing_off, found

SHAPED = (no_backoff.RULE, flat_backoff.RULE, odd_backoff.RULE, missing_jitter.RULE)
SHAPES = HONEST | EXACT | {name: shape for name, (shape, _) in FLAT.items()}
ALL = 12


def is_exact(drawn: list[Sequence[float]]) -> bool:
    return all(row == drawn[0] for row in drawn)


def accused(drawn: list[Sequence[float]]) -> set[str]:
    return {rule.name for rule in SHAPED if found(rule, backing_off(drawn))}


@pytest.mark.parametrize("waits", [1, 2, 3, 4, 5, 9])
@pytest.mark.parametrize("name", SHAPES)
def test_what_is_decided_stays_so(name: str, waits: int) -> None:
    for seed in range(2):
        drawn = rows(SHAPES[name], seed=(name, seed, waits), trials=ALL, waits=waits)
        for spared in (1, 5, 8, 9):
            if undecided(backing_off(drawn[:-spared]), CATALOGUE, more=spared):
                continue
            assert accused(drawn) == accused(drawn[:-spared]), (spared, drawn)
            assert not accused(drawn) or is_exact(drawn)


def test_what_is_decided_stays_so_if_the_trials_to_come_are_longer_or_shorter() -> None:
    rng = random.Random(7)
    for _ in range(400):
        shape = SHAPES[rng.choice(sorted(SHAPES))]
        begun = rows(shape, seed=rng.random(), trials=rng.randint(3, 11), waits=rng.randint(1, 6))
        rest = rows(shape, seed=rng.random(), trials=ALL - len(begun), waits=rng.randint(1, 6))
        if not undecided(backing_off(begun), CATALOGUE, more=len(rest)):
            assert accused([*begun, *rest]) <= accused(begun), (begun, rest)


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
def test_what_looks_wrong_so_far_is_tried_until_it_is_sure(name: str) -> None:
    """To the end, unless there is no chance in it."""
    least = FLAT[name][1] if name in FLAT else 2
    drawn = rows(SHAPES[name], seed=name, trials=ALL, waits=least)
    enough = 6 if is_exact(drawn) else ALL

    asked = [undecided(backing_off(drawn[:k]), CATALOGUE, more=ALL - k) for k in range(1, ALL)]

    assert asked == [True] * (enough - 1) + [False] * (ALL - enough)
    assert accused(drawn[:enough]) == accused(drawn) != set()


def test_a_wait_that_is_only_nearly_the_same_is_tried_to_the_end() -> None:
    shaken = random.Random(3)
    drawn = [[1 + shaken.uniform(0, 0.01), 2.0] for _ in range(ALL)]

    assert all(undecided(backing_off(drawn[:k]), CATALOGUE, more=ALL - k) for k in range(1, ALL))


@pytest.mark.parametrize("name", ["a tenth", "additive", "stainless", "half a second to begin with"])
@pytest.mark.parametrize("waits", [4, 6])
def test_narrow_jitter_is_told_from_a_line_soon(name: str, waits: int) -> None:
    """Four waits and more could be a straight line, as long as nobody looks at their growth."""
    needed = []
    for seed in range(20):
        drawn = rows(HONEST[name], seed=(name, seed), trials=ALL, waits=waits)
        sure = (k for k in range(3, ALL) if not undecided(backing_off(drawn[:k]), CATALOGUE, more=ALL - k))
        needed.append(next(sure, ALL))

    assert sum(needed) / len(needed) < 7


@pytest.mark.parametrize("start", [0.5, 1, 2])
@pytest.mark.parametrize("jitter", [0.02, 0.05, 0.1, 0.2])
def test_a_shaken_line_is_tried_to_the_end(start: float, jitter: float) -> None:
    shaken = random.Random(f"{start} {jitter}")
    for _ in range(20):
        drawn = [[start * (n + 1) * shaken.uniform(1 - jitter, 1 + jitter) for n in range(4)] for _ in range(ALL)]
        if accused(drawn):
            assert all(undecided(backing_off(drawn[:k]), CATALOGUE, more=ALL - k) for k in range(3, ALL))
