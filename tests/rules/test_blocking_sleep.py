from __future__ import annotations

from typing import Any

from pytest_ominigate.rules.blocking_sleep import RULE
from pytest_ominigate.timeline import Case, Wait

from .timelines import OK, Table, call, error, found, should, table, trial
from .timelines import case as make_case

LIMIT = error("rate_limited")


def wait(at: float, line: int = 31, *, blocks: bool = True, seconds: float = 1) -> Wait:
    return Wait(at=at, seconds=seconds, how="time.sleep", where=f"client.py:{line} in ask", blocks_loop=blocks)


GUILTY: Table = {
    "stops the loop": (call((0, LIMIT), (1, OK), waits=[wait(0)]), should(1)),
    "at one place, told once": (call((0, LIMIT), (1, LIMIT), (2, OK), waits=[wait(0), wait(1)]), should(1)),
    "at two places": (
        call((0, LIMIT), (1, LIMIT), (2, OK), waits=[wait(0), wait(1, 40)]),
        [*should(1), *should(2)],
    ),
    "before the first request": (call((1, OK), waits=[wait(0)]), should(None)),
    "in every trial, told once": (
        make_case(*[trial([(0, LIMIT), (1, OK)], waits=[wait(0)])] * 3),
        should(1),
    ),
}

INNOCENT: Table = {
    "no loop was running": call((0, LIMIT), (1, OK), waits=[wait(0, blocks=False)]),
    "no wait at all": call((0, LIMIT), (1, OK)),
    "a wait of nothing": call((0, LIMIT), (0, OK), waits=[wait(0, seconds=0)]),
}


@table(GUILTY)
def test_finds(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@table(INNOCENT)
def test_leaves_in_peace(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected
