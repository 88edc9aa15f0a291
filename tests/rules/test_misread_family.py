from __future__ import annotations

from typing import Any

import pytest

from pytest_ominigate.rules.misread_family import RULE
from pytest_ominigate.timeline import Case

from .timelines import (
    CATALOGUE,
    OK,
    ONE,
    STOPPED,
    TWO,
    Table,
    call,
    error,
    found,
    raised,
    several,
    should,
    step,
    table,
)
from .timelines import Answer as MakeReply


def new(error_type: str, **facts: Any) -> MakeReply:
    return error("brand_new", error_type=error_type, **facts)


LIMIT = new("rate_limit_error")
CAP = new("usage_cap_exceeded", resets_in=3600)

GUILTY: Table = {
    "one of two questions is given up": (
        several(call(step(0, LIMIT, body=ONE), step(0, OK, body=TWO)), ONE, TWO),
        should(1),
    ),
    "a refusal is tried again": (call((0, new("authentication_error")), (1, OK)), should(2)),
    "a bill is tried again, told once": (
        call((0, new("billing_error")), (1, new("billing_error")), (3, OK)),
        should(2),
    ),
    "a cap is tried again before its reset": (call((0, CAP), (1, CAP)), should(2)),
    "a cap without a reset": (call((0, new("usage_cap_exceeded")), (1, OK)), should(2)),
    "a rate limit is given up": (call((0, LIMIT)), should(1)),
}

INNOCENT: Table = {
    "one of two questions is called off": several(
        call(step(0, LIMIT, body=ONE), step(0, error("invalid_api_key"), body=TWO)), ONE, TWO
    ),
    "a refusal is surfaced": call((0, new("authentication_error"))),
    "another key": call((0, new("authentication_error")), step(0, OK, key="key 2")),
    "a cap is waited for": call((0, CAP), (3600, OK)),
    "a rate limit is tried again": call((0, LIMIT), (1, LIMIT)),
    "with another key": call((0, LIMIT), step(0, OK, key="key 2")),
    "with changed bodies": call((0, LIMIT), step(1, LIMIT, body={"n": 1}), step(3, LIMIT, body={"n": 2})),
    "Retry-After asks too much": call((0, new("rate_limit_error", after=3600))),
    "the caller's own deadline": call((0, LIMIT), ending=raised("late", timed_out=True)),
    "stopped": call((0, LIMIT), ending=STOPPED, stopped=True),
    "upstream, surfaced": call((0, new("upstream_error"))),
    "upstream, tried again": call((0, new("upstream_error")), (1, OK)),
    "internal, surfaced": call((0, new("internal_error"))),
    "internal, tried again": call((0, new("internal_error")), (1, OK)),
    "an unknown type": call((0, new("new_error")), (1, OK)),
    "a known code": call((0, error("invalid_api_key")), (1, OK)),
}


@table(GUILTY)
def test_finds(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@table(INNOCENT)
def test_leaves_in_peace(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@pytest.mark.parametrize("family", CATALOGUE.families, ids=lambda family: family.type)
def test_exactly_the_families_of_one_duty_are_judged(family: Any) -> None:
    surfaced = found(RULE, call((0, new(family.type))))
    retried = found(RULE, call((0, new(family.type)), (1, new(family.type))))

    assert bool(surfaced or retried) == (family.duty is not None)
    assert not (surfaced and retried)
