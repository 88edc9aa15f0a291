"""Whoever obeys the prescription is never accused, and one step outside of it is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ominigate.catalogue import Duty, ErrorEntry
from pytest_ominigate.rules.judge import judge
from pytest_ominigate.timeline import POLLS, Case

from .jitters import HONEST, rows
from .timelines import CATALOGUE, OK, RESET, Step, backing_off, call, error, raised, returned, step

Draw = Callable[[st.SearchStrategy[Any]], Any]
RESETS_IN = 3600.0


def steady(examples: int) -> settings:
    """The same examples on every run, and no folder full of them."""
    return settings(max_examples=examples, deadline=None, database=None, derandomize=True)


def entries(*duties: Duty) -> st.SearchStrategy[ErrorEntry]:
    return st.sampled_from([entry for entry in CATALOGUE if entry.duty in duties])


def operations(entry: ErrorEntry) -> st.SearchStrategy[str]:
    return st.sampled_from([each for each in entry.operations if each not in POLLS])


def waits() -> st.SearchStrategy[float]:
    return st.floats(min_value=0.3, max_value=25, allow_nan=False).map(lambda wait: round(wait, 3))


@st.composite
def transient(draw: Draw) -> tuple[ErrorEntry, str, list[Step]]:
    """Failures of one transient error, each waited for as the reply asks."""
    entry = draw(entries(Duty.BACKOFF))
    failures = draw(st.integers(min_value=entry.advised_requests, max_value=entry.max_requests))
    at, sent = 0.0, []
    for _ in range(failures):
        form = draw(st.sampled_from(["none", "seconds", "date"]))
        asked = draw(st.integers(min_value=0, max_value=30)) if form != "none" else 0
        wish = {"seconds": {"after": asked}, "date": {"date": asked}, "none": {}}[form]
        sent.append(step(at, error(entry.code, **wish)))
        at = round(at + max(asked, draw(waits())), 3)
    return entry, draw(operations(entry)), [*sent, step(at, OK)]


@st.composite
def obedient(draw: Draw) -> Case:
    """One call of a client that does its duty."""
    road = draw(st.sampled_from(["recovers", "gives up", "ends for good", "permanent", "cap", "breaks"]))
    if road in ("recovers", "gives up", "ends for good"):
        entry, operation, sent = draw(transient())
        *failures, last = sent
        if road == "gives up" or len(failures) == entry.max_requests:
            return call(*failures, operation=operation, code=entry.code)
        if road == "ends for good":
            sent = [*failures, step(last.at, error("insufficient_balance"))]
        return call(*sent, operation=operation, code=entry.code)
    if road == "breaks":
        resets = [step(2 * n, RESET) for n in range(draw(st.integers(min_value=1, max_value=9)))]
        return call(*resets, *([step(20, OK)] if draw(st.booleans()) else []))
    entry = draw(entries(Duty.FAIL, Duty.UNKNOWN_OUTCOME) if road == "permanent" else entries(Duty.UNTIL_RESET))
    operation = draw(operations(entry))
    sent = [step(0, error(entry.code, resets_in=RESETS_IN if entry.duty is Duty.UNTIL_RESET else None))]
    after = draw(st.sampled_from(["surfaced", "another key", "the reset"]))
    if after == "another key" and entry.duty is not Duty.UNKNOWN_OUTCOME:
        sent.append(step(0, OK, key="key 2"))
    if after == "the reset" and entry.duty is Duty.UNTIL_RESET:
        sent.append(step(RESETS_IN + draw(waits()), OK))
    return call(*sent, operation=operation, code=entry.code)


def accused(what: Case) -> set[str]:
    return {violation.rule for violation in judge(what, CATALOGUE).violations}


def sent_of(what: Case) -> tuple[Any, ...]:
    return what.trials[0].timeline.attempts


@given(obedient())
@steady(80)
def test_whoever_obeys_is_not_accused(what: Case) -> None:
    judgement = judge(what, CATALOGUE, strict=True)

    assert judgement.violations == ()
    assert judgement.verdict == "pass"


@given(entries(Duty.FAIL).flatmap(lambda entry: st.tuples(st.just(entry), operations(entry), waits())))
@steady(25)
def test_one_repetition_of_a_permanent_error_is_found(chosen: tuple[ErrorEntry, str, float]) -> None:
    entry, operation, wait = chosen
    what = call((0, error(entry.code)), (wait, error(entry.code)), operation=operation)

    assert accused(what) == {"retried-permanent-error"}


@given(st.floats(min_value=0, max_value=RESETS_IN - 2), entries(Duty.UNTIL_RESET))
@steady(25)
def test_one_retry_before_the_reset_is_found(wait: float, entry: ErrorEntry) -> None:
    assert accused(call((0, error(entry.code, resets_in=RESETS_IN)), (wait, OK))) == {"retried-before-reset"}


@given(transient(), st.data())
@steady(30)
def test_one_wait_shorter_than_asked_is_found(chosen: tuple[ErrorEntry, str, list[Step]], data: st.DataObject) -> None:
    entry, operation, sent = chosen
    asked = data.draw(st.integers(min_value=3, max_value=3600))
    early = data.draw(st.floats(min_value=0.2, max_value=asked - 1.5))
    as_date = data.draw(st.booleans())
    opening = step(0, error(entry.code, **({"date": asked} if as_date else {"after": asked})))
    rest = [Step(each.at + early, each.answer, each.traits) for each in sent[: entry.max_requests - 1]]

    assert "early-retry" in accused(call(opening, *rest, operation=operation))


@given(transient(), st.integers(min_value=1, max_value=8))
@steady(30)
def test_requests_beyond_the_number_are_found(chosen: tuple[ErrorEntry, str, list[Step]], excess: int) -> None:
    entry, operation, _ = chosen
    what = call(*[step(2.0 * n, error(entry.code)) for n in range(entry.max_requests + excess)], operation=operation)
    found = {each.rule: each.level.value for each in judge(what, CATALOGUE).violations}

    assert found == {"too-many-attempts": "SHOULD" if excess == 1 else "MUST"}


@given(transient())
@steady(25)
def test_giving_up_at_the_first_request_is_found(chosen: tuple[ErrorEntry, str, list[Step]]) -> None:
    entry, operation, _ = chosen
    what = call((0, error(entry.code)), operation=operation)

    assert {each.rule: each.level.value for each in judge(what, CATALOGUE).violations} == {"gave-up-early": "MUST"}


@given(obedient())
@steady(30)
def test_a_failure_passed_for_success_is_found(what: Case) -> None:
    last = sent_of(what)[-1]
    silent = replace(what, trials=(replace(what.trials[0], endings=(returned(None, like_healthy=False),)),))
    expected = {"swallowed-error"} if last.failed else {"lost-result"}

    assert accused(silent) == expected


@given(obedient())
@steady(30)
def test_a_result_thrown_away_is_found(what: Case) -> None:
    last = sent_of(what)[-1]
    thrown = replace(what, trials=(replace(what.trials[0], endings=(raised("no luck"),)),))

    assert ("lost-result" in accused(thrown)) == (not last.failed)


@given(
    st.sampled_from(sorted(HONEST)), st.integers(min_value=0, max_value=10_000), st.integers(min_value=2, max_value=4)
)
@steady(25)
def test_a_doubt_is_never_an_accusation(shape: str, seed: int, count: int) -> None:
    what = backing_off(rows(HONEST[shape], seed=seed, waits=count))
    doubted = replace(what, trials=tuple(replace(each, doubts=("escaped",)) for each in what.trials))

    assert judge(doubted, CATALOGUE).verdict == "inconclusive"
    assert judge(doubted, CATALOGUE).violations == ()
