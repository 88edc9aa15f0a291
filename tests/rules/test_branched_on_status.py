from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pytest_ominigate.rules.branched_on_status import RULE
from pytest_ominigate.rules.judge import compares
from pytest_ominigate.timeline import Case, Trial

from .timelines import CATALOGUE, HTML, OK, Table, error, found, must, raised, step, table, trial
from .timelines import case as make_case


def cap(status: int) -> Any:
    return error("key_daily_limit", status=status, resets_in=3600)


def once(answer: Any, **facts: Any) -> Trial:
    return trial([(0, answer)], **facts)


def again(answer: Any, **facts: Any) -> Trial:
    return trial([(0, answer), (1, answer)], **facts)


def compared(here: Trial, there: Trial, code: str | None = "key_daily_limit") -> Case:
    return make_case(here, reference=(there,), code=code)


GUILTY: Table = {
    "again under this one, once under the other": (compared(again(cap(429)), once(cap(402))), must(None)),
    "the other way round": (compared(again(cap(402)), once(cap(429))), must(None)),
    "a transient error is given up under one": (
        compared(once(error("upstream_failed", status=504)), again(error("upstream_failed")), "upstream_failed"),
        must(None),
    ),
    "waits for the reset under one": (compared(trial([(0, cap(402)), (3600, OK)]), once(cap(429))), must(None)),
    "a poll": (
        compared(
            trial([step(5 * n, cap(429), operation="video.status", task="t") for n in range(2)]),
            trial([step(0, cap(402), operation="video.status", task="t")]),
        ),
        must(None),
    ),
}

INNOCENT: Table = {
    "once under this one, where that is right": compared(once(cap(402)), again(cap(429))),
    "again under this one, where that is right": compared(
        again(error("upstream_failed")), once(error("upstream_failed", status=504)), "upstream_failed"
    ),
    "once under both": compared(once(cap(402)), once(cap(429))),
    "again under both": compared(again(cap(402)), again(cap(429))),
    "more often under one": compared(trial([(0, cap(402)), (1, cap(402)), (3, cap(402))]), again(cap(429))),
    "nothing to compare with": make_case(once(cap(402)), code="key_daily_limit"),
    "no code": compared(once(HTML), trial([(0, HTML), (1, OK)]), None),
    "another code than the scenario's": compared(once(cap(402)), again(cap(429)), "key_monthly_limit"),
    "a deadline of the caller's own": compared(
        once(error("upstream_failed", status=504), ending=raised("late", timed_out=True)),
        again(error("upstream_failed")),
        "upstream_failed",
    ),
    "of two minds under one status": make_case(
        once(cap(402)), again(cap(402)), reference=(again(cap(429)),), code="key_daily_limit"
    ),
    "after the reset under both": compared(trial([(0, cap(402)), (3600, OK)]), trial([(0, cap(429)), (3600, OK)])),
    "stopped under the other before anything could be seen": compared(again(cap(402)), once(cap(429), stopped=True)),
    "doubted under the other": compared(again(cap(402)), once(cap(429), doubts=["a wait on real time"])),
    "another key under both": compared(
        trial([(0, cap(402)), step(0, OK, key="key 2")]), trial([(0, cap(429)), step(0, OK, key="key 2")])
    ),
}


@table(GUILTY)
def test_finds(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@table(INNOCENT)
def test_leaves_in_peace(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@table(GUILTY)
def test_asks_for_trials_under_the_other_status(what: Case, expected: Any) -> None:
    assert compares(replace(what, reference=()), CATALOGUE)


@pytest.mark.parametrize(
    "name", ["once under this one, where that is right", "again under this one, where that is right"]
)
def test_asks_for_none_where_the_duty_is_done(name: str) -> None:
    assert not compares(replace(INNOCENT[name], reference=()), CATALOGUE)
