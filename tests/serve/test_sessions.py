"""Each API key is a session of its own, and no more is held than there should be."""

from __future__ import annotations

import pytest

from pytest_ominigate.gateway import FakeGateway, WireReply, WireRequest
from pytest_ominigate.serve import Standalone

from .conftest import CHAT, Session


def test_sessions_do_not_meet(standalone: Standalone) -> None:
    one, two = Session(standalone, "sk-omg-one"), Session(standalone, "sk-omg-two")
    one.script(codes="rate_limited", times=None)
    two.script(codes="internal_error", times=None)

    assert [(one.chat().status, two.chat().status) for _ in range(3)] == [(429, 500)] * 3
    two.post("reset")
    assert (one.chat().status, two.chat().status) == (429, 200)
    assert (len(one.journal["requests"]), len(two.journal["requests"])) == (4, 1)


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        ("/__ominigate/script", {"Authorization": "Bearer sk-omg-one"}),
        ("/__ominigate/script", {"x-api-key": "sk-omg-one"}),
        ("/__ominigate/script?key=sk-omg-one", {}),
        ("/__ominigate/script?key=sk-omg-one", {"Authorization": "Bearer sk-omg-two"}),
    ],
)
def test_a_control_call_names_its_session_in_any_of_these_ways(
    standalone: Standalone, target: str, headers: dict[str, str]
) -> None:
    assert Session(standalone, None).send(target, {"codes": "rate_limited"}, **headers).status == 200
    assert Session(standalone, "sk-omg-one").chat().status == 429


@pytest.mark.parametrize(("key", "status"), [(None, 401), ("wrong", 400)])
@pytest.mark.parametrize("call", ["script", "reset"])
def test_a_script_without_a_key_that_counts_is_refused(
    standalone: Standalone, key: str | None, status: int, call: str
) -> None:
    answered = Session(standalone, key).post(call, {"codes": "rate_limited"})

    assert answered.status == status
    assert "sk-omg-..." in answered.json["error"]


@pytest.mark.parametrize(("method", "call"), [("GET", "journal"), ("GET", "verdict"), ("POST", "outcome")])
def test_a_session_that_is_not_there_is_no_empty_one(standalone: Standalone, method: str, call: str) -> None:
    answered = Session(standalone, "sk-omg-unknown").send(f"/__ominigate/{call}", method=method)

    assert answered.status == 404
    assert "no session of that key: nothing came with it" in answered.json["error"]


@pytest.mark.parametrize(("key", "query"), [("wrong", "?key=wrong"), (None, "?key="), (None, "")])
def test_requests_with_a_wrong_key_or_none_have_a_journal_too(
    standalone: Standalone, key: str | None, query: str
) -> None:
    session = Session(standalone, key)

    assert session.chat().code == "invalid_api_key"
    seen = Session(standalone, None).send(f"/__ominigate/journal{query}", method="GET").json
    assert [request["code"] for request in seen["requests"]] == ["invalid_api_key"]


def test_several_keys_can_share_a_session(standalone: Standalone) -> None:
    one, two, three = (Session(standalone, f"sk-omg-{name}") for name in ("one", "two", "three"))
    two.script(codes="internal_error", times=None)
    one.script(codes="key_daily_limit", times=None, keys=["sk-omg-two"])

    assert (one.chat().status, two.chat().status, three.chat().status) == (429, 200, 200)
    assert [request["key"] for request in two.journal["requests"]] == ["key 1", "key 2"]


def test_shared_keys_part_with_the_next_script(standalone: Standalone) -> None:
    one, two = Session(standalone, "sk-omg-one"), Session(standalone, "sk-omg-two")
    one.script(codes="account_daily_limit", times=None, keys=["sk-omg-two"])
    shared = one.chat().status, two.chat().status
    one.script(codes="account_daily_limit", times=None)

    assert (shared, (one.chat().status, two.chat().status)) == ((402, 402), (402, 200))


def test_of_too_many_sessions_the_one_used_least_recently_goes(standalone: Standalone) -> None:
    sessions = [Session(standalone, f"sk-omg-{number}") for number in range(4)]
    for session in sessions[:3]:
        session.script(codes="rate_limited", times=None)
    sessions[0].chat()
    sessions[3].chat()

    assert [session.get("journal").status for session in sessions] == [200, 404, 200, 200]


def test_a_scripted_session_is_over_at_its_limit_and_says_so(session: Session) -> None:
    session.script(codes="rate_limited", times=None)
    statuses = session.chats(12)
    last = session.chat()
    message = last.json["error"]["message"]

    assert statuses == [429] * 10 + [400] * 2
    assert last.code == "invalid_request"
    assert "over after 10 requests. POST /__ominigate/reset or /__ominigate/script begins" in message
    assert (len(session.journal["requests"]), session.journal["over"]) == (10, True)


def test_a_session_that_is_over_can_begin_again(session: Session) -> None:
    session.script(codes="rate_limited", times=None)
    session.chats(11)
    session.post("reset")

    assert session.chat().status == 200
    assert session.journal["over"] is False


def test_a_session_that_nobody_scripts_goes_on_and_forgets(session: Session) -> None:
    """Magic names need no control calls, so that nobody would reset the session either."""
    created = session.send("/v1/videos/google/create", {"model": "google/veo-2", "prompt": "x"})
    statuses = session.chats(11, model="ominigate/rate_limited:2")

    assert statuses == [429, 429, *[200] * 9]
    assert (len(session.journal["requests"]), session.journal["forgotten"]) == (2, 10)
    assert session.send("/v1/videos/google/status", {"task_id": created.json["id"]}).status == 200


def test_an_error_of_the_gateway_itself_is_told_and_ends_nothing(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: FakeGateway, request: WireRequest) -> WireReply:
        raise ZeroDivisionError("sk-omg-secret")

    with monkeypatch.context() as patched:
        patched.setattr(FakeGateway, "exchange", fail)
        with pytest.raises(ZeroDivisionError):
            session.chat()
    session.chat()

    verdict = session.verdict
    assert verdict["verdict"] == "inconclusive"
    assert "the fake gateway itself failed: ZeroDivisionError" in verdict["reasons"][0]
    assert "secret" not in str(verdict)


def test_clients_are_served_over_http_side_by_side(running: Standalone) -> None:
    import requests

    def ask(key: str, path: str = "/v1/chat/completions", body: object = CHAT) -> int:
        headers = {"Authorization": f"Bearer {key}"}
        return requests.post(running.root_url + path, json=body, headers=headers, timeout=10).status_code

    assert ask("sk-omg-one", "/__ominigate/script", {"codes": "rate_limited"}) == 200
    assert (ask("sk-omg-two"), ask("sk-omg-one"), ask("sk-omg-one")) == (200, 429, 200)
    assert running.base_url == f"{running.root_url}/v1"
