"""The judgement of a client in another process."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from pytest_ominigate.catalogue.load import schema

from .conftest import KEY, Session

RAISED = "402 Your balance is insufficient. code=insufficient_balance request=req_omg_0001"
CALLER = ["crashed-on-reply", "lost-code", "lost-result", "swallowed-error", "truncated-success"]


def test_a_client_that_obeys_passes(session: Session) -> None:
    session.script(codes="insufficient_balance", times=None)
    session.chat()

    verdict = session.verdict
    assert (verdict["verdict"], verdict["violations"], verdict["reasons"]) == ("pass", [], [])
    assert (verdict["operation"], verdict["code"], verdict["status"]) == ("chat", "insufficient_balance", 402)
    assert set(CALLER) <= set(verdict["left_out"])


def test_a_client_that_tries_again_what_is_permanent_fails(session: Session) -> None:
    session.script(codes="insufficient_balance", times=None)
    session.chats(3)

    assert session.verdict["verdict"] == "fail"
    assert session.broken == ["retried-permanent-error"]


def test_waits_are_judged_by_real_time(session: Session) -> None:
    session.script(codes="rate_limited", retry_after=20)
    session.chats(2)

    assert session.broken == ["early-retry"]


def test_what_the_caller_got_is_judged_once_it_is_told(session: Session) -> None:
    session.script(codes="insufficient_balance", times=None)
    session.chat()
    before = session.broken
    told = session.post("outcome", {"returned": "sorry, try later", "healthy": "pong"})

    assert (before, told.json) == ([], {"calls": 1, "requests": 1})
    assert session.broken == ["swallowed-error"]
    assert not set(CALLER) & set(session.verdict["left_out"])


@pytest.mark.parametrize(
    "outcome",
    [
        {"raised": RAISED},
        {"raised": RAISED, "type": "errors.BillingError"},
        {"returned": {"error": {"code": "insufficient_balance", "request_id": "req_omg_0001"}}},
        {"raised": "402 insufficient_balance", "log": ["sent", "failed: req_omg_0001"]},
        {"raised": "402 insufficient_balance", "log": "failed: req_omg_0001"},
    ],
)
def test_an_outcome_that_tells_everything_passes_strictly(session: Session, outcome: object) -> None:
    session.script(codes="insufficient_balance", times=None)
    session.chat()

    assert session.post("outcome", outcome).status == 200
    verdict = session.get("verdict?strict=true").json
    assert (verdict["verdict"], verdict["violations"]) == ("pass", [])


def test_a_leaked_key_is_found_and_not_repeated(session: Session) -> None:
    session.script(codes="invalid_api_key")
    session.chat()
    session.post("outcome", {"raised": f"invalid_api_key with {KEY} (req_omg_0001)", "log": [f"used {KEY}"]})

    assert session.broken == ["leaked-key"]
    assert KEY not in str(session.verdict)


@pytest.mark.parametrize(
    "outcome",
    [{"raised": "429 rate_limited req_omg_0001", "type": "RateLimitError"}, {"returned": None, "healthy": "pong"}],
)
def test_a_success_that_was_lost_is_found(session: Session, outcome: object) -> None:
    session.script(codes="rate_limited", retry_after=0)
    session.chats(2)
    session.post("outcome", outcome)

    assert session.broken == ["lost-result"]


def test_nobody_is_accused_who_does_not_tell_what_success_looks_like(session: Session) -> None:
    session.script(codes="insufficient_balance")
    session.chat()
    session.post("outcome", {"returned": None})

    assert session.broken == []


def test_each_call_is_judged_by_itself(session: Session) -> None:
    session.script(codes="insufficient_balance", times=None)
    for _ in range(3):
        session.chat()
        assert session.post("outcome", {"raised": RAISED}).status == 200

    assert session.verdict["verdict"] == "pass"
    assert session.journal["calls"] == [1, 2, 3]
    session.chats(2)
    assert session.broken == ["retried-permanent-error"]


def test_names_strictness_and_rules_can_be_chosen(session: Session) -> None:
    session.script(codes="insufficient_balance", times=None)
    session.chats(2)
    session.post("outcome", {"raised": "402"})

    def rules(query: str) -> tuple[str, list[str]]:
        verdict = session.get(f"verdict?{query}").json
        return verdict["verdict"], sorted(each["rule"] for each in verdict["violations"])

    assert rules("select=lost-code") == ("pass", ["lost-code"])
    assert rules("select=lost-code&strict") == ("fail", ["lost-code"])
    assert rules("select=lost-code,retried-permanent-error&strict=false")[0] == "fail"
    assert rules("ignore=retried-permanent-error,lost-code,lost-request-id") == ("pass", [])
    assert session.get("verdict?name=a%20test").json["nodeid"] == "a test"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("select=early-retri", "no rule 'early-retri'. Did you mean 'early-retry'? Known: retried-permanent-error, "),
        ("strict=maybe", "no choice for strict 'maybe'. Known: true, false"),
    ],
)
def test_a_wrong_choice_is_told_the_right_ones(session: Session, query: str, message: str) -> None:
    session.chat()
    answered = session.get(f"verdict?{query}")

    assert answered.status == 400
    assert message in answered.json["error"]


def test_a_session_without_a_request_is_no_pass(session: Session) -> None:
    session.script(scenario="messages/rate_limited-recovers")

    verdict = session.verdict
    assert (verdict["verdict"], verdict["operation"], verdict["scenario"]) == ("inconclusive", "messages", "recovers")
    assert verdict["reasons"] == ["no request reached the fake gateway, so there is nothing to judge"]
    session.post("reset")
    assert session.verdict["verdict"] == "inconclusive"


def test_a_fault_that_was_never_met_is_no_pass(session: Session) -> None:
    session.script(codes="image_generation_failed", on="image")
    session.chat()

    verdict = session.verdict
    assert verdict["verdict"] == "inconclusive"
    assert verdict["reasons"] == ["the client never made the request that was to fail"]


def test_a_broken_duty_counts_whatever_was_not_met(session: Session) -> None:
    session.script(script=[{"codes": "insufficient_balance", "times": 2}, {"codes": "not_found", "on": "image"}])
    session.chats(2)

    assert session.verdict["verdict"] == "fail"


def test_a_client_that_never_ends_is_found(session: Session) -> None:
    session.script(codes="internal_error", times=None)
    session.chats(11)
    told = session.broken
    session.post("outcome", {"raised": "invalid_request"})

    assert "endless-retry" in told
    assert "endless-retry" in session.broken


def test_many_short_calls_are_not_taken_for_one_without_an_end(session: Session) -> None:
    session.script(codes="invalid_model", times=None)
    for number in range(11):
        session.chat(user=str(number))

    verdict = session.verdict
    assert "endless-retry" not in session.broken
    assert verdict["verdict"] == "inconclusive"
    assert "the session was over after 10 requests: reset it before each call" in verdict["reasons"][0]


def test_what_was_forgotten_is_no_evidence(session: Session) -> None:
    session.chats(12)

    verdict = session.verdict
    assert verdict["verdict"] == "inconclusive"
    assert "the first 10 requests of the session are forgotten" in verdict["reasons"][0]


MISUSES: list[tuple[object, str]] = [
    ({}, 'an outcome is either {"returned": the result} or {"raised": "the text of the error"}'),
    ({"returned": 1, "raised": "x"}, "an outcome is either"),
    ({"return": 1}, "no member 'return'. Did you mean 'returned'? Known: returned, raised, type, log, healthy"),
    ({"raised": {"code": 1}}, "raised is the text of the error"),
    ({"raised": "x", "type": "no name"}, "type is the name of the error's class, not 'no name'"),
    ({"raised": "x", "type": 1}, "type is the name of the error's class, not 1"),
    ({"raised": "x", "log": 1}, "log is a text or a list of texts"),
    ({"raised": "x", "log": [1]}, "log is a text or a list of texts"),
]


@pytest.mark.parametrize(("outcome", "message"), MISUSES)
def test_an_outcome_that_tells_nothing_is_refused(session: Session, outcome: object, message: str) -> None:
    session.chat()
    answered = session.post("outcome", outcome)

    assert answered.status == 400
    assert message in answered.json["error"]
    assert session.journal["calls"] == []


def test_an_outcome_without_a_request_is_refused(session: Session) -> None:
    session.chat()
    session.post("outcome", {"returned": "pong"})
    answered = session.post("outcome", {"returned": "pong"})

    assert answered.status == 409
    assert "no request has come since the last outcome or reset" in answered.json["error"]


@pytest.mark.parametrize("outcome", [None, "pong", 1, [], {"a": [1, {"b": None}]}])
def test_any_result_can_be_told(session: Session, outcome: Any) -> None:
    session.chat()

    assert session.post("outcome", {"returned": outcome}).status == 200
    assert session.verdict["timeline"][-1]["ending"] == "returned"


def test_a_deep_result_does_no_harm(session: Session) -> None:
    session.chat()

    assert session.post("outcome", b'{"returned": ' + b"[" * 900 + b"]" * 900 + b"}").status == 200
    assert session.verdict["verdict"] == "pass"


def test_a_verdict_is_a_result_of_the_report(session: Session) -> None:
    session.script(scenario="chat/internal_error-persists")
    session.chats(2)
    session.post("outcome", {"raised": "internal_error"})
    result = {name: value for name, value in session.verdict.items() if name != "left_out"}

    report = schema("report")
    jsonschema.validate(result, {"$defs": report["$defs"], "$ref": "#/$defs/result"})
    assert result["scenario"] == "persists"
