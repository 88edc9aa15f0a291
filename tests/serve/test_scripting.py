"""What a test in any language can let happen."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_ominigate.catalogue import load
from pytest_ominigate.gateway import scenarios

from .conftest import CHAT, KEY, Session


def test_without_a_script_requests_are_granted(session: Session) -> None:
    assert session.chat().json["choices"][0]["message"]["content"] == "pong"


def test_a_code_is_met_once_unless_told_otherwise(session: Session) -> None:
    session.script(codes="rate_limited")
    once = session.chats(2)
    session.script(codes=["rate_limited", "upstream_failed"], times=2)
    twice = session.chats(5)
    session.script(codes="internal_error", times=None)

    assert (once, twice, session.chats(4)) == ([429, 200], [429, 429, 502, 502, 200], [500] * 4)


def test_status_retry_after_and_place_can_be_chosen(session: Session) -> None:
    session.script(codes="upstream_failed", status=504, retry_after=20, on="chat")

    image = session.send("/v1/images", {"model": "openai/gpt-image-1", "prompt": "x"})
    chat = session.chat()

    assert (image.status, chat.status, dict(chat.wire.headers)["Retry-After"]) == (200, 504, "20")


@pytest.mark.parametrize("value", ["soon", -5, 0, 1.5])
def test_retry_after_may_be_raw(session: Session, value: Any) -> None:
    session.script(codes="rate_limited", retry_after=value)

    assert dict(session.chat().wire.headers)["Retry-After"] == ("2" if value == 1.5 else str(value))


def test_retry_after_may_be_a_date(session: Session) -> None:
    session.script(codes="rate_limited", retry_after_date=20)

    assert dict(session.chat().wire.headers)["Retry-After"].endswith(" GMT")


def test_steps_follow_one_another(session: Session) -> None:
    session.script(script=[{"codes": "rate_limited", "retry_after": 0}, {"codes": "insufficient_balance"}])

    assert session.chats(3) == [429, 402, 200]


def test_a_stream_can_be_dropped(session: Session) -> None:
    session.script(drop_stream="error", code="internal_error", delivered=2)

    body = session.chat(stream=True).wire.body
    assert b"internal_error" in body
    assert b"[DONE]" not in body


def test_a_success_can_be_written(session: Session) -> None:
    session.script(succeed={"chat": "hello"}, codes="rate_limited")
    limited = session.chat().status

    assert (limited, session.chat().json["choices"][0]["message"]["content"]) == (429, "hello")


def test_a_success_alone_is_a_script(session: Session) -> None:
    assert session.script(succeed={"image": {"data": []}}).json == {"faults": []}
    assert session.send("/v1/images", {"model": "openai/gpt-image-1", "prompt": "x"}).json == {"data": []}


def test_a_script_tells_what_it_was_understood_as(session: Session) -> None:
    assert session.script(codes="rate_limited", times=2, retry_after=20).json == {
        "faults": [{"kind": "error", "code": "rate_limited", "times": 2, "retry_after": 20}]
    }


def test_every_generated_scenario_can_be_played(session: Session) -> None:
    listed = session.get("scenarios").json["scenarios"]

    assert [each["scenario"] for each in listed] == [f"{each.operation}/{each.id}" for each in scenarios(load())]
    for each in listed:
        assert session.script(scenario=each["scenario"]).json["faults"] == each["faults"]


def test_a_scenario_is_what_it_is_in_pytest(session: Session) -> None:
    session.script(scenario="chat/rate_limited-recovers")

    assert session.chats(3) == [429, 429, 200]


def test_a_new_script_begins_anew(session: Session) -> None:
    session.script(codes="rate_limited", times=None)
    session.chat()
    session.script(codes="internal_error")

    assert session.chats(2) == [500, 200]
    assert [each["code"] for each in session.journal["requests"]] == ["internal_error", None]


def test_reset_takes_everything_back(session: Session) -> None:
    session.script(codes="rate_limited", times=None, succeed={"chat": "hello"})
    session.chat()

    assert session.post("reset").status == 200
    assert session.journal["requests"] == []
    assert session.chat().json["choices"][0]["message"]["content"] == "pong"


def test_magic_names_need_no_script(session: Session) -> None:
    assert session.chats(3, model="ominigate/rate_limited:2") == [429, 429, 200]


MISUSES: list[tuple[object, str]] = [
    ({"codes": "rate_limitd"}, "no documented error 'rate_limitd'. Did you mean 'rate_limited'? Known: invalid_"),
    ({"codes": []}, "name at least one documented code"),
    ({"codes": 429}, "codes is a documented code, or a list of them, not 429"),
    ({"codes": "rate_limited", "time": 2}, "no member 'time'. Did you mean 'times'? Known: codes, times, status, "),
    ({"codes": "rate_limited", "times": 0}, "times is a number from 1 up, or null for ever, not 0"),
    ({"codes": "rate_limited", "times": True}, "times is a number from 1 up, or null for ever, not True"),
    ({"codes": "rate_limited", "status": 503}, "rate_limited does not arrive under 503. Documented: 429"),
    ({"codes": "rate_limited", "on": "caht"}, "no operation or step 'caht'. Did you mean 'chat'? Known: chat, "),
    ({"codes": "rate_limited", "retry_after": "1\r\nX: 2"}, "retry_after is seconds, or the text of the header"),
    ({"codes": "rate_limited", "retry_after": []}, "retry_after is seconds, or the text of the header, not []"),
    ({"codes": "rate_limited", "retry_after_date": 1e12}, "retry_after_date is seconds from the reply, at most a year"),
    (b'{"codes": "rate_limited", "retry_after": 1e999}', "retry_after is seconds, a datetime or the header's text"),
    ({"scenario": "chat/rate_limited-recover"}, "Did you mean 'rate_limited-recovers'? Known: healthy, "),
    ({"scenario": "chats/healthy"}, "no operation 'chats'. Did you mean 'chat'? Known: chat, chat_stream, "),
    ({"scenario": "chat/healthy", "times": 2}, "no member 'times'. Known: scenario"),
    ({"drop_stream": "rest"}, "no way of breaking a stream 'rest'. Did you mean 'reset'? Known: reset, unfinished"),
    ({"drop_stream": "reset", "on": "image"}, "no operation that streams 'image'"),
    ({}, "a step has exactly one of codes, scenario, drop_stream, not nothing"),
    ({"codes": "rate_limited", "scenario": "chat/healthy"}, "not 'codes', 'scenario'"),
    ({"code": "rate_limited"}, "a step has exactly one of codes, scenario, drop_stream, not 'code'"),
    ({"script": [{"codes": "rate_limited"}], "codes": "rate_limited"}, "a step of its own is one too many: 'codes'"),
    ({"script": {"codes": "rate_limited"}}, "script is a list of objects, each one step"),
    ({"succeed": {"chats": "x"}}, "no operation 'chats'. Did you mean 'chat'?"),
    ({"succeed": {"image": "x"}}, "the success of image is a mapping, the whole reply"),
    ({"succeed": []}, "succeed is an object with a reply for each operation: an object, a text, or a list of texts"),
    ({"succeed": {"chat": 1}}, "succeed is an object with a reply for each operation"),
    ({"keys": "sk-omg-two"}, "keys is a list of API keys, not 'sk-omg-two'"),
    ({"keys": ["two"]}, "only API keys of the form sk-omg-..., not this one"),
    ([{"codes": "rate_limited"}], 'the body is a JSON object, such as {"codes": ["rate_limited"], "times": 2}'),
    (b"codes=rate_limited", "the body is no JSON"),
    (b"[" * 50_000, "the body is no JSON"),
    (b"\xff\xfe", "the body is no JSON"),
]


@pytest.mark.parametrize(("body", "message"), MISUSES)
def test_a_misuse_is_answered_with_the_choices_and_changes_nothing(
    session: Session, body: object, message: str
) -> None:
    session.script(codes="internal_error", times=None)
    session.chat()

    answered = session.post("script", body)

    assert answered.status == 400
    assert message in answered.json["error"]
    assert session.chat().code == "internal_error"
    assert len(session.journal["requests"]) == 2


def test_a_control_call_has_a_body_of_bounded_length(session: Session) -> None:
    answered = session.post("script", b" " * 70_000)

    assert answered.status == 413
    assert answered.json == {"error": "the body of a control call has at most 65536 bytes, not 70000"}


def test_control_calls_are_found_under_both_addresses(session: Session) -> None:
    session.send("/v1/__ominigate/script?x=1", {"codes": "rate_limited"})

    assert session.chat().code == "rate_limited"
    assert session.send("/__ominigate", method="GET").json["calls"][0] == "POST /__ominigate/script"


@pytest.mark.parametrize(
    ("target", "method", "status", "message"),
    [
        ("/__ominigate/scripts", "POST", 404, "no control call 'scripts'. Did you mean 'script'? Known: script, "),
        ("/__ominigate/script/x", "POST", 404, "no control call 'script/x'"),
        ("/__ominigate/script", "GET", 405, "script is asked for with POST, not GET"),
        ("/__ominigate/journal", "DELETE", 405, "journal is asked for with GET, not DELETE"),
    ],
)
def test_a_wrong_call_is_told_the_right_ones(
    session: Session, target: str, method: str, status: int, message: str
) -> None:
    answered = session.send(target, method=method)

    assert answered.status == status
    assert message in answered.json["error"]


def test_control_calls_are_no_requests(session: Session) -> None:
    for call in ("journal", "verdict", "scenarios", "rules", "nothing"):
        session.get(call)
    session.chat()

    assert [each["path"] for each in session.journal["requests"]] == ["/v1/chat/completions"]


def test_the_journal_holds_what_was_sent_and_no_key(session: Session) -> None:
    session.script(script=[{"codes": "rate_limited", "retry_after": 20}, {"codes": "not_found", "on": "image"}])
    session.send("/v1/chat/completions", {**CHAT, "user": KEY}, **{"X-Stainless-Retry-Count": "0"})

    got = session.journal
    assert KEY not in str(got)
    assert (got["limit"], got["over"], got["forgotten"], got["calls"], got["waits"]) == (10, False, 0, [], [])
    assert got["unserved"] == [{"kind": "error", "code": "not_found", "times": 1, "on": "image"}]
    [request] = got["requests"]
    assert request["at"] >= 0
    assert request["body"] == {**CHAT, "user": "[key 1]"}
    assert ["Authorization", "Bearer [key 1]"] in request["headers"]
    assert (request["number"], request["operation"], request["model"]) == (1, "chat", "openai/gpt-4o")
    assert (request["key"], request["sdk_retry"]) == ("key 1", 0)
    assert (request["status"], request["code"], request["retry_after"]) == (429, "rate_limited", "20")


@pytest.mark.parametrize("body", [b"not JSON", b"\xff\xfe", b'{"x": NaN}', b"[" * 20_000 + b"]" * 12_000])
def test_a_body_that_is_no_json_is_shown_as_text(session: Session, body: bytes) -> None:
    assert session.send("/v1/chat/completions", body).code == "invalid_request"
    assert session.journal["requests"][0]["body"] == body.decode("utf-8", "replace")


def test_of_a_long_body_only_what_tells_it_from_others_is_kept(session: Session) -> None:
    for letter in "aab":
        session.chat(messages=[{"role": "user", "content": letter * 40_000}])

    first, second, third = (request["body"] for request in session.journal["requests"])
    assert first["bytes"] > 40_000
    assert first == second != third
    assert len(str(session.journal)) < 4_000


def test_the_rules_are_listed_with_what_they_need(session: Session) -> None:
    listed = {each["rule"]: each["judged"] for each in session.get("rules").json["rules"]}

    assert listed["early-retry"] == "always"
    assert listed["swallowed-error"] == "with an outcome"
    assert listed["blocking-sleep"] == "never"
