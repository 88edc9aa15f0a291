from __future__ import annotations

from typing import Any

from pytest_ominigate.rules.endless_retry import RULE
from pytest_ominigate.timeline import Case

from .timelines import OK, RESET, UNKNOWN, Step, Table, call, error, found, must, step, table, video

FAILED = error("upstream_failed")


def often(number: int, **traits: Any) -> list[Step]:
    return [step(second, FAILED, **traits) for second in range(number)]


GUILTY: Table = {
    "at the limit": (call(*often(50), stopped=True), must(50)),
    "at a limit of one's own": (call(*often(7), stopped=True, limit=7), must(7)),
    "a broken connection for ever": (call(*[(n, RESET) for n in range(50)], stopped=True), must(50)),
    "polls that never end": (
        video((0, "create", OK), *[(5.0 * n, "status", OK) for n in range(1, 50)], stopped=True),
        must(50),
    ),
    "the one lane of two that reached the limit": (
        call(*often(50), step(60, OK, lane=2), stopped=True),
        must(50),
    ),
}

INNOCENT: Table = {
    "as many requests, but an end": call(*often(49)),
    "one short of the limit": call(*often(49), (60, OK)),
}

OPEN: Table = {
    "five patient callers together": (
        call(*[each for lane in range(1, 6) for each in often(10, lane=lane)], stopped=True),
        UNKNOWN,
    ),
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
