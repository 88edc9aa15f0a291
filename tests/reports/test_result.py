"""From a judged case to the dict that every report is made of."""

from __future__ import annotations

import json

import pytest

from pytest_ominigate.catalogue import load
from pytest_ominigate.reports.result import result
from pytest_ominigate.reports.shape import Result
from pytest_ominigate.rules.base import Inconclusive, Level, Rule, Violation
from pytest_ominigate.rules.judge import EVIDENCE, Judgement, Waived
from pytest_ominigate.timeline import (
    Attempt,
    Case,
    Ending,
    EndingKind,
    Reply,
    ReplyKind,
    Request,
    Timeline,
    Trial,
    Wait,
)

NODEID = "tests/conftest.py::ominigate::chat[rate_limited-recovers]"
RULES = (
    Rule(
        name="early-retry",
        level=Level.MUST,
        section="the rule's section",
        duty="The rule's duty.",
        remedy="The rule's remedy.",
        text="",
        check=lambda case, catalogue: (),
    ),
)


def attempt(number: int, at: float, reply: Reply, *, lane: int = 1) -> Attempt:
    return Attempt(
        number=number,
        at=at,
        operation="chat",
        request=Request(method="POST", path="/v1/chat/completions", headers=(("authorization", "Bearer key 1"),)),
        reply=reply,
        key="key 1",
        model="openai/gpt-5",
        lane=lane,
        sdk_retry=number - 1,
    )


def limited(retry_after: str | None = None, retry_at: float | None = None) -> Reply:
    return Reply(kind=ReplyKind.ERROR, status=429, code="rate_limited", retry_after=retry_after, retry_at=retry_at)


SUCCESS = Reply(kind=ReplyKind.SUCCESS, status=200)


def trial(*attempts: Attempt, waits: tuple[Wait, ...] = (), summary: str = "returned 'pong'") -> Trial:
    return Trial(
        timeline=Timeline(attempts=attempts, waits=waits, ended=1.0),
        endings=(Ending(kind=EndingKind.RETURNED, summary=summary),),
        status=429,
    )


def violation(rule: str = "early-retry", level: Level = Level.MUST, **more: object) -> Violation:
    return Violation(rule=rule, level=level, expected="20 s", observed="1 s", **more)  # type: ignore[arg-type]


def made(*trials: Trial, found: tuple[Violation, ...] = (), code: str | None = "rate_limited") -> Result:
    case = Case(operation="chat", scenario="recovers", code=code, trials=trials or (trial(),))
    judgement = Judgement(verdict="fail" if found else "pass", violations=found)
    return result(case, judgement, load(), nodeid=NODEID, rules=RULES)


def test_a_result_holds_all_that_a_report_needs() -> None:
    case = Case(
        operation="chat",
        scenario="recovers",
        code="rate_limited",
        trials=(
            trial(
                attempt(1, 0.0, limited("20", 20.0)),
                attempt(2, 1.0, SUCCESS),
                waits=(Wait(at=0.0, seconds=1.0, how="time.sleep", where="client.py:31 in ask", layer="client"),),
            ),
        ),
    )
    judgement = Judgement(
        verdict="fail",
        violations=(violation(at=2),),
        inconclusive=(Inconclusive(rule="no-backoff", reason="a wait was not seen"),),
        advice=("SDK 3 x app 3 = 9",),
        waived=(Waived(rule="missing-jitter", reason="one client only", violations=()),),
    )
    found = result(
        case, judgement, load(), nodeid=NODEID, location={"path": "tests/conftest.py", "line": 5}, rules=RULES
    )
    citation = load().require("rate_limited").citations["early-retry"]
    assert found == {
        "nodeid": NODEID,
        "operation": "chat",
        "code": "rate_limited",
        "status": 429,
        "scenario": "recovers",
        "verdict": "fail",
        "violations": [
            {
                "rule": "early-retry",
                "level": "MUST",
                "expected": "20 s",
                "observed": "1 s",
                "at": 2,
                "code": "rate_limited",
                "section": citation.section,
                "duty": citation.duty,
                "next": "The rule's remedy.",
            }
        ],
        "timeline": [
            {
                "event": "request",
                "number": 1,
                "at": 0.0,
                "operation": "chat",
                "method": "POST",
                "path": "/v1/chat/completions",
                "key": "key 1",
                "model": "openai/gpt-5",
                "lane": 1,
                "reply": "error",
                "status": 429,
                "code": "rate_limited",
                "retry_after": "20",
                "sdk_retry": 0,
            },
            {
                "event": "wait",
                "at": 0.0,
                "seconds": 1.0,
                "how": "time.sleep",
                "where": "client.py:31 in ask",
                "layer": "client",
                "lane": 1,
            },
            {
                "event": "request",
                "number": 2,
                "at": 1.0,
                "operation": "chat",
                "method": "POST",
                "path": "/v1/chat/completions",
                "key": "key 1",
                "model": "openai/gpt-5",
                "lane": 1,
                "reply": "success",
                "status": 200,
                "code": None,
                "retry_after": None,
                "sdk_retry": 1,
            },
            {"event": "end", "at": 1.0, "lane": 1, "ending": "returned", "summary": "returned 'pong'"},
        ],
        "reasons": ["no-backoff: a wait was not seen"],
        "advice": ["SDK 3 x app 3 = 9"],
        "waived": [{"rule": "missing-jitter", "reason": "one client only"}],
        "location": {"path": "tests/conftest.py", "line": 5},
    }
    assert json.loads(json.dumps(found)) == found


def test_the_timeline_is_that_of_the_first_broken_must() -> None:
    advice = violation("lost-code", Level.SHOULD, trial=0, at=1)
    shown = made(
        trial(summary="returned 0"),
        trial(summary="returned 1"),
        trial(summary="returned 2"),
        found=(advice, violation(trial=2, at=3), violation(trial=1, at=2)),
    )
    assert [event["summary"] for event in shown["timeline"] if event["event"] == "end"] == ["returned 2"]
    assert [(item["rule"], item["at"]) for item in shown["violations"]] == [("early-retry", 3), ("lost-code", None)]


def test_without_a_violation_the_first_trial_is_shown() -> None:
    shown = made(trial(summary="returned 0"), trial(summary="returned 1"))
    assert [event["summary"] for event in shown["timeline"] if event["event"] == "end"] == ["returned 0"]


def test_one_rule_speaks_once_for_all_trials_and_as_often_as_it_must_in_the_one_shown() -> None:
    shown = made(trial(), trial(), found=(violation(at=2), violation(at=3), violation(at=3), violation(trial=1, at=4)))
    assert [item["at"] for item in shown["violations"]] == [2, 3]


def test_events_of_one_moment_keep_requests_before_waits_and_the_end_last() -> None:
    shown = made(
        trial(
            attempt(2, 0.0, SUCCESS, lane=2),
            attempt(1, 0.0, limited()),
            attempt(3, 0.5, SUCCESS),
            waits=(Wait(at=0.5, seconds=0.5, how="b"), Wait(at=0.0, seconds=0.5, how="a")),
        )
    )
    told = [event.get("number") or event.get("how") or event.get("ending") for event in shown["timeline"]]
    assert told == [1, 2, "a", 3, "b", "returned"]


def test_each_lane_has_its_own_end() -> None:
    endings = (Ending(kind=EndingKind.RETURNED, summary="returned 1"), Ending(kind=EndingKind.RAISED, summary="raised"))
    shown = made(Trial(timeline=Timeline(ended=2.0), endings=endings))
    assert shown["timeline"] == [
        {"event": "end", "at": 2.0, "lane": 1, "ending": "returned", "summary": "returned 1"},
        {"event": "end", "at": 2.0, "lane": 2, "ending": "raised", "summary": "raised"},
    ]


@pytest.mark.parametrize(("at", "text"), [(0.1 + 0.2, "0.3"), (1, "1.0"), (2.00000004, "2.0"), (-0.0, "0.0")])
def test_times_are_rounded_to_a_microsecond_and_written_short(at: float, text: str) -> None:
    assert json.dumps(made(trial(attempt(1, at, SUCCESS)))["timeline"][0]["at"]) == text


@pytest.mark.parametrize(
    ("header", "retry_at", "text"),
    [
        (None, None, None),
        ("20", 20.5, "20"),
        ("-5", None, "-5"),
        ("soon", None, "soon"),
        ("Mon, 02 Nov 2026 08:00:20 GMT", 20.5, "an HTTP-date 20.00 s ahead"),
        ("Mon, 02 Nov 2026 09:00:00 GMT", 3600.5, "an HTTP-date 3600 s (1 h) ahead"),
        ("Mon, 02 Nov 2026 07:59:40 GMT", 0.5, "an HTTP-date that is past"),
        ("Mon, 02 Nov 2026 07:59:40 GMT", None, "an HTTP-date that is past"),
    ],
)
def test_a_date_is_told_by_its_distance(header: str | None, retry_at: float | None, text: str | None) -> None:
    event = made(trial(attempt(1, 0.5, limited(header, retry_at))))["timeline"][0]
    assert event["event"] == "request"
    assert event["retry_after"] == text


def test_the_duty_is_that_of_the_error_then_of_the_page_then_of_the_rule() -> None:
    catalogue = load()
    own = made(found=(violation(code="upstream_failed", rule="too-many-attempts"),))["violations"][0]
    assert own["duty"] == catalogue.require("upstream_failed").citations["too-many-attempts"].duty
    general = made(found=(violation(),), code=None)["violations"][0]
    assert (general["code"], general["duty"]) == (None, catalogue.citations["early-retry"].duty)
    unknown = made(found=(violation("no-such-rule"),))["violations"][0]
    assert (unknown["section"], unknown["duty"], unknown["next"]) == ("", "", "")


def test_the_next_step_is_the_findings_own_where_it_has_one() -> None:
    assert made(found=(violation(advice="Set max_retries=0."),))["violations"][0]["next"] == "Set max_retries=0."


def test_one_reason_is_told_once_for_all_rules_that_it_silences() -> None:
    silenced = tuple(Inconclusive(rule=rule, reason="a wait was not seen") for rule in ("a-b", "c-d", "a-b"))
    case = Case(operation="chat", scenario="recovers", trials=(trial(),))
    judgement = Judgement(
        verdict="inconclusive", inconclusive=(*silenced, Inconclusive(rule=EVIDENCE, reason="nothing came"))
    )
    found = result(case, judgement, load(), nodeid=NODEID, rules=RULES)
    assert found["reasons"] == ["a-b, c-d: a wait was not seen", "nothing came"]


def test_no_header_and_no_body_of_a_request_enters_a_result() -> None:
    assert "Bearer" not in json.dumps(made(trial(attempt(1, 0.0, SUCCESS))))
