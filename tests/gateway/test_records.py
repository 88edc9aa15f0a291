"""What the gateway remembers of a trial, and what it keeps out of its memory."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from pytest_ominigate.catalogue.model import Catalogue
from pytest_ominigate.gateway import Break, FakeGateway, Fault, WireRequest
from pytest_ominigate.timeline import ReplyKind

from .conftest import CHAT, KEY, VIDEO, ManualClock, Sender

STREAM = {**CHAT, "stream": True}
PATH = "/v1/chat/completions"


def test_an_attempt_tells_all_that_the_judgement_needs(send: Sender, clock: ManualClock) -> None:
    clock.advance(2.5)
    send(PATH + "?a=1", CHAT, headers={"x-stainless-retry-count": "2", "X-Custom": "1"}, lane=3)

    (attempt,) = send.gateway.attempts
    assert (attempt.number, attempt.at, attempt.operation, attempt.lane) == (1, 2.5, "chat", 3)
    assert (attempt.key, attempt.model, attempt.task, attempt.sdk_retry) == ("key 1", "openai/gpt-4o", None, 2)
    assert (attempt.request.method, attempt.request.path) == ("POST", PATH)
    assert attempt.request.header("x-custom") == "1"
    assert attempt.request.json() == CHAT
    assert attempt.reply.kind is ReplyKind.SUCCESS
    assert not attempt.resumes


def test_what_a_request_does_not_tell_is_none(send: Sender) -> None:
    send("/v1/videos/google/create", b"{", key=None, headers={"x-stainless-retry-count": "many"})

    (attempt,) = send.gateway.attempts
    assert (attempt.key, attempt.model, attempt.task, attempt.sdk_retry) == (None, None, None, None)


def test_operations_are_named_as_in_the_catalogue(send: Sender) -> None:
    send(PATH, STREAM)
    send("/v1/videos/google/create", VIDEO)
    send("/v1/videos/google/status", {"task_id": "task_omg_1"})
    send.get("/v1/models")
    send.get("/v1/models/google/veo-2")
    send.get("/v1/nothing")

    assert [(attempt.operation, attempt.task) for attempt in send.gateway.attempts] == [
        ("chat_stream", None),
        ("video.create", None),
        ("video.status", "task_omg_1"),
        ("models", None),
        ("models", None),
        ("other", None),
    ]


def test_the_message_is_kept_as_it_was_served(send: Sender) -> None:
    send.gateway.begin([Fault(code="quota_paused", type="billing_error", status=402, message="Paused.")])
    send(PATH, CHAT)

    assert send.gateway.attempts[0].reply.message == "Paused."


def test_keys_are_named_by_first_appearance(send: Sender) -> None:
    for key in ("sk-omg-beta", "sk-omg-alpha", "sk-omg-beta", None):
        send(PATH, CHAT, key=key)
    send(PATH, CHAT, key=None, headers={"x-api-key": "sk-omg-alpha"})

    assert [attempt.key for attempt in send.gateway.attempts] == ["key 1", "key 2", "key 1", None, "key 2"]
    assert send.gateway.secrets == {"sk-omg-beta", "sk-omg-alpha"}


def test_no_record_holds_a_key(send: Sender) -> None:
    longer = KEY + "-and-more"
    body = {**CHAT, "user": KEY, "metadata": {"other": "sk-omg-never-seen", "longer": longer}}
    send(PATH, CHAT, key=longer)
    send(f"/v1/{KEY}?k={KEY}", body, headers={"X-Copy": f"a:{KEY};{KEY}9", "Cookie": "a=1", "Api-Key": "plain"})

    request = send.gateway.attempts[1].request
    assert request.path == "/v1/[key 2]"
    assert dict(request.headers) == {
        "X-Copy": "a:[key 2];[key]",
        "Cookie": "[hidden]",
        "Api-Key": "[hidden]",
        "Authorization": "Bearer [key 2]",
    }
    assert request.json()["user"] == "[key 2]"
    assert request.json()["metadata"] == {"other": "[key]", "longer": "[key 1]"}
    assert KEY not in repr(send.gateway.attempts)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Basic dXNlcjpwYXNz", "Basic [hidden]"),
        ("Bearer wrong-key-0001", "Bearer [key 1]"),
        ("Bearer short", "Bearer [hidden]"),
        ("Token", "[hidden]"),
    ],
)
def test_a_wrong_credential_is_masked_too(send: Sender, sent: str, kept: str) -> None:
    send(PATH, CHAT, key=None, headers={"Authorization": sent})

    assert send.gateway.attempts[0].request.header("authorization") == kept


def test_the_model_is_no_way_out_for_a_key(send: Sender) -> None:
    send(PATH, {**CHAT, "model": KEY})

    assert send.gateway.attempts[0].model == "[key 1]"


def test_a_lone_surrogate_does_not_stop_the_recorder(send: Sender) -> None:
    assert send(PATH, b'{"model": "\\ud800", "messages": [1]}').code == "invalid_request"
    assert send.gateway.attempts[0].model == "?"


def test_bytes_that_are_no_text_are_kept(send: Sender) -> None:
    send("/v1/images", b"\xff\xfe" + KEY.encode() + b"\x00")

    assert send.gateway.attempts[0].request.body == b"\xff\xfe[key 1]\x00"


def test_a_wrong_key_is_masked_inside_other_text(send: Sender) -> None:
    send(PATH, {**CHAT, "user": "xwrong-key-0001y"}, key="wrong-key-0001")

    assert send.gateway.attempts[0].request.json()["user"] == "x[key 1]y"


def test_begin_forgets_the_last_trial(send: Sender) -> None:
    send.gateway.begin([Fault(code="rate_limited", times=None)])
    send(PATH, CHAT, key="sk-omg-alpha")
    send.gateway.begin()
    send(PATH, CHAT, key="sk-omg-beta")

    (attempt,) = send.gateway.attempts
    assert (attempt.number, attempt.key, attempt.reply.kind) == (1, "key 1", ReplyKind.SUCCESS)
    assert send.gateway.secrets == {"sk-omg-beta"}


def test_the_limit_ends_a_trial(catalogue: Catalogue, clock: ManualClock) -> None:
    gateway = FakeGateway(catalogue, clock, limit=3)
    overruns: list[int] = []
    gateway.begin(on_overrun=lambda: overruns.append(len(gateway.attempts)))
    replies = [Sender(gateway)(PATH, CHAT) for _ in range(5)]

    assert [reply.wire.breaks for reply in replies] == [Break.NEVER] * 3 + [Break.BEFORE] * 2
    assert overruns == [3, 3, 3]
    assert len(gateway.attempts) == 3


def test_what_an_overrun_raises_reaches_the_client(catalogue: Catalogue, clock: ManualClock) -> None:
    class Stop(BaseException):
        pass

    def stop() -> None:
        raise Stop

    gateway = FakeGateway(catalogue, clock, limit=9)
    gateway.begin(limit=1, on_overrun=stop)

    with pytest.raises(Stop):
        Sender(gateway)(PATH, CHAT)
    assert len(gateway.attempts) == 1


REAL = [("api.ominigate.ai", PATH), ("API.OMINIGATE.AI:443", PATH), ("ominigate.ai", PATH)]
REAL += [("", f"https://api.ominigate.ai{PATH}"), ("", "status.ominigate.ai:443")]


@pytest.mark.parametrize(("host", "target"), REAL)
def test_the_real_gateway_is_out_of_reach(send: Sender, host: str, target: str) -> None:
    replies = [send(target, CHAT, host=host) for _ in range(2)]

    assert {reply.wire.breaks for reply in replies} == {Break.BEFORE}
    assert len(send.gateway.refused) == 1
    assert send.gateway.refused[0].endswith("ominigate.ai")
    assert send.gateway.attempts == ()


def test_a_target_that_is_no_url_names_no_host(send: Sender) -> None:
    assert send("http://[ominigate.ai/v1/messages", CHAT).code == "not_found"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8080", "", "notominigate.ai", "ominigate.ai.example"])
def test_other_hosts_are_served(send: Sender, host: str) -> None:
    assert send(PATH, CHAT, host=host).status == 200
    assert send.gateway.refused == ()


def test_an_interceptor_answers_in_the_real_gateways_place(catalogue: Catalogue, clock: ManualClock) -> None:
    gateway = FakeGateway(catalogue, clock, allow_real_host=True)
    body = {"model": "openai/gpt-image-1", "prompt": "a"}
    reply = Sender(gateway)("/v1/images", body, host="api.ominigate.ai")

    assert reply.json["data"][0]["url"].startswith("https://api.ominigate.ai/v1/files/")
    assert gateway.refused == ()


def test_many_threads_lose_no_request(catalogue: Catalogue, clock: ManualClock) -> None:
    gateway = FakeGateway(catalogue, clock, limit=200)
    gateway.begin([Fault(code="rate_limited", times=60)])
    start = threading.Barrier(8)

    def ask(lane: int) -> None:
        start.wait()
        for _ in range(20):
            Sender(gateway)(PATH, CHAT, lane=lane)

    threads = [threading.Thread(target=ask, args=(lane,)) for lane in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    attempts = gateway.attempts
    assert [attempt.number for attempt in attempts] == list(range(1, 161))
    assert sum(attempt.failed for attempt in attempts) == 60
    assert sorted({attempt.lane for attempt in attempts}) == list(range(1, 9))


USER = {"role": "user", "content": "ping"}
SAID = {"role": "assistant", "content": "po"}
NEXT = [  # (what, body after the break, headers, whether it asks to go on)
    ("the same request", STREAM, {}, False),
    ("a request that does not stream", CHAT, {}, False),
    ("another model", {**STREAM, "model": "openai/gpt-4o-mini"}, {}, False),
    ("a new question", {**STREAM, "messages": [{"role": "user", "content": "report the position"}]}, {}, False),
    ("another option", {**STREAM, "max_tokens": 5}, {}, False),
    ("an event id", STREAM, {"Last-Event-ID": "3"}, True),
    ("a range", STREAM, {"Range": "bytes=120-"}, True),
    ("the part as an answer", {**STREAM, "messages": [USER, SAID]}, {}, True),
    ("less than the part", {**STREAM, "messages": [USER, {**SAID, "content": "p"}]}, {}, True),
    ("the part, then a plea", {**STREAM, "messages": [USER, SAID, {"role": "user", "content": "go on"}]}, {}, True),
    ("the part in the question", {**STREAM, "messages": [{"role": "user", "content": 'go on after "po"'}]}, {}, True),
    ("a member", {**STREAM, "continue_from": 2}, {}, True),
    ("a nested member", {**STREAM, "extra": {"resume_token": "x"}}, {}, True),
    ("no stream, but the part", {**CHAT, "messages": [USER, SAID]}, {}, True),
]


@pytest.mark.parametrize(("body", "headers", "resumes"), [case[1:] for case in NEXT], ids=[case[0] for case in NEXT])
@pytest.mark.parametrize("kind", [ReplyKind.CUT, ReplyKind.UNFINISHED, ReplyKind.STREAM_ERROR])
def test_asking_to_go_on_is_noticed(
    send: Sender, kind: ReplyKind, body: dict[str, Any], headers: dict[str, str], resumes: bool
) -> None:
    send.gateway.begin([Fault(kind=kind, code="upstream_failed")])
    send(PATH, STREAM)
    send(PATH, body, headers=headers)

    assert [attempt.resumes for attempt in send.gateway.attempts] == [False, resumes]


def test_bodies_that_are_no_json_ask_for_nothing(send: Sender) -> None:
    send.gateway.begin([Fault(kind=ReplyKind.CUT, delivered=0)])
    send(PATH, STREAM)
    send(PATH, b"{")
    send(PATH, b"go on")

    assert not any(attempt.resumes for attempt in send.gateway.attempts)


def test_an_error_in_between_does_not_hide_it(send: Sender) -> None:
    send.gateway.begin([Fault(kind=ReplyKind.CUT), Fault(code="rate_limited")])
    for body in (STREAM, STREAM, {**STREAM, "messages": [USER, SAID]}):
        send(PATH, body)

    assert [attempt.resumes for attempt in send.gateway.attempts] == [False, False, True]


INNOCENT = [  # (what, lane of the second request, whether a success stands between)
    ("another caller", 2, False),
    ("a conversation that went on", 1, True),
]


@pytest.mark.parametrize(("lane", "between"), [case[1:] for case in INNOCENT], ids=[case[0] for case in INNOCENT])
def test_only_what_follows_the_break_asks_to_go_on(send: Sender, lane: int, between: bool) -> None:
    send.gateway.begin([Fault(kind=ReplyKind.CUT)])
    send(PATH, STREAM)
    if between:
        send(PATH, STREAM)
    send(PATH, {**STREAM, "messages": [USER, SAID]}, lane=lane)

    assert not any(attempt.resumes for attempt in send.gateway.attempts)


def test_a_form_with_the_same_parts_is_the_same_body(send: Sender) -> None:
    for boundary in ("one", "two"):
        part = f'--{boundary}\r\nContent-Disposition: form-data; name="prompt"\r\n\r\na\r\n--{boundary}--\r\n'
        content_type = f"multipart/form-data; boundary={boundary}"
        send("/v1/images", part.encode(), headers={"Content-Type": content_type})

    first, second = send.gateway.attempts
    assert first.body == second.body


def test_the_same_members_in_another_order_are_the_same_body(send: Sender) -> None:
    send(PATH, CHAT)
    send(PATH, json.dumps(dict(reversed(CHAT.items())), indent=1).encode())

    first, second = send.gateway.attempts
    assert first.body == second.body


def test_a_request_knows_its_path_and_headers() -> None:
    request = WireRequest(method="GET", target="/v1/models?type=image", headers=(("X-A", "1"),))

    assert (request.path, request.header("x-a"), request.header("x-b")) == ("/v1/models", "1", None)
