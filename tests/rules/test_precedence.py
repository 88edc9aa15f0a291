"""One cause, one finding: the more specific rule speaks."""

from __future__ import annotations

import pytest

from pytest_ominigate.rules import RULES
from pytest_ominigate.rules.judge import judge
from pytest_ominigate.timeline import Case

from .timelines import CATALOGUE, HTML, OK, backing_off, call, case, cut, error, raised, returned, step, success, video

FAILED = error("upstream_failed")
RESET_SOON = error("key_daily_limit", resets_in=3600, after=3600)
COST = error("request_cost_limit")
CRASH = raised(lineage=("builtins.KeyError", "builtins.Exception"), summary="raised KeyError: 'error'")

CASES: dict[str, tuple[Case, list[str]]] = {
    "a cap, not its Retry-After": (call((0, RESET_SOON), (1, RESET_SOON)), ["retried-before-reset"]),
    "a refusal, not its Retry-After": (
        call((0, error("invalid_api_key", after=20)), (1, error("invalid_api_key"))),
        ["retried-permanent-error"],
    ),
    "the image, not its haste": (
        call((0, error("image_generation_timeout", after=20)), (1, OK), operation="image"),
        ["unsafe-retry"],
    ),
    "the poll after the stop": (
        video((0, "create", OK), (5, "status", COST), (5.1, "status", COST), (10, "status", COST)),
        ["polled-after-stop"],
    ),
    "the video made anew": (
        video((0, "create", OK), (5, "status", FAILED), (6, "create", FAILED), (7, "create", OK), (12, "result", OK)),
        ["unsafe-retry"],
    ),
    "no end at all": (call(*[(20 * n, FAILED) for n in range(50)], stopped=True), ["endless-retry"]),
    "no wait at all": (backing_off([[0, 0, 0]] * 12), ["no-backoff"]),
    "no wait before asking again, not the pace of polls": (
        case(*video((0, "create", OK), *[(5, "status", FAILED)] * 3).trials * 12, operation="video"),
        ["no-backoff"],
    ),
    "no wait later on, not the fall": (
        backing_off([[1 + n / 24, 0, 0, 0, 0] for n in range(12)], code="rate_limited"),
        ["no-backoff"],
    ),
    "flat, not odd": (backing_off([[10, 10]] * 12), ["flat-backoff", "missing-jitter"]),
    "the crash, not what it hides": (
        call((0, error("brand_new", error_type="rate_limit_error")), ending=CRASH),
        ["crashed-on-reply"],
    ),
    "the crash over Retry-After, not the giving up": (
        call(
            (0, error("rate_limited", header="soon")),
            ending=raised(
                lineage=("builtins.ValueError", "builtins.Exception"),
                summary="raised ValueError: invalid literal for int() with base 10: 'soon'",
            ),
        ),
        ["crashed-on-reply"],
    ),
    "half a reply, not the swallowing": (
        call((0, cut()), ending=returned("po", like_healthy=False)),
        ["truncated-success"],
    ),
    "the part twice, not the result": (
        call(
            (0, cut()),
            (1, success("pong")),
            operation="chat_stream",
            ending=returned("popong", like_healthy=False),
        ),
        ["repeated-text"],
    ),
    "the continuation, not the change": (
        call(
            (0, cut()),
            step(1, success("ng"), resumes=True, body={"model": "openai/gpt-4o", "messages": []}),
            operation="chat_stream",
            ending=returned("ng", like_healthy=False),
        ),
        ["resumed-stream"],
    ),
    "swallowed, not lost": (
        call((0, error("invalid_model")), ending=returned(None, like_healthy=False)),
        ["swallowed-error"],
    ),
    "a tight poll before Retry-After": (
        video((0, "create", OK), (5, "status", error("rpm_rate_limited", after=20)), (5.1, "status", OK)),
        ["early-retry"],
    ),
    "two offences at two requests": (
        call((0, error("rate_limited", after=20)), (1, error("invalid_api_key")), (2, OK)),
        ["early-retry", "retried-permanent-error"],
    ),
    "the two of a page of HTML": (call((0, HTML), ending=CRASH), ["crashed-on-reply"]),
}


@pytest.mark.parametrize(("what", "expected"), CASES.values(), ids=CASES)
def test_the_more_specific_rule_speaks(what: Case, expected: list[str]) -> None:
    assert [each.rule for each in judge(what, CATALOGUE).violations] == expected


def test_a_rule_that_is_switched_off_keeps_its_cause() -> None:
    """Otherwise switching one rule off would bring up another about the same request."""
    what = call((0, cut()), operation="chat_stream", ending=returned("po", like_healthy=False))
    others = [rule for rule in RULES if rule.name != "truncated-success"]

    assert judge(what, CATALOGUE, rules=others).violations == ()


def test_a_waived_rule_keeps_its_cause() -> None:
    what = call((0, error("image_generation_timeout")), (1, OK), operation="image")
    judgement = judge(what, CATALOGUE, waive={"unsafe-retry": "the provider deduplicates"})

    assert judgement.violations == ()


def test_the_branching_stands_beside() -> None:
    here = call((0, error("upstream_failed", status=504)), code="upstream_failed")
    there = call((0, FAILED), (1, FAILED), (3, FAILED))
    what = Case(
        operation="chat", scenario="status_504", trials=here.trials, reference=there.trials, code="upstream_failed"
    )

    assert [each.rule for each in judge(what, CATALOGUE).violations] == ["branched-on-status", "gave-up-early"]
