"""What goes wrong when it is told to, and where."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from pytest_ominigate.catalogue.envelope import validate
from pytest_ominigate.catalogue.load import load
from pytest_ominigate.gateway import Break, Fault, WireReply
from pytest_ominigate.timeline import ReplyKind

from .conftest import CHAT, ROUTES, ManualClock, Sender

Events = Callable[[WireReply], list[tuple[str | None, Any]]]
STATUSES = [(entry.code, status) for entry in load() for status in entry.statuses]


@pytest.mark.parametrize(("code", "status"), STATUSES)
def test_each_documented_error_is_served_under_each_documented_status(send: Sender, code: str, status: int) -> None:
    entry = load().get(code)
    assert entry is not None
    send.gateway.begin([Fault(code=code, status=status, on=entry.operations[0])])
    reply = send.operation(entry.operations[0])

    assert (reply.status, reply.code) == (status, code)
    assert reply.json["error"]["message"] == entry.message
    assert reply.json["error"].get("param") == entry.param
    assert validate(reply.json, reply.status) == ()
    assert reply.headers["x-request-id"] == "req_omg_0001"
    (attempt,) = send.gateway.attempts
    assert (attempt.reply.kind, attempt.reply.status, attempt.reply.type) == (ReplyKind.ERROR, status, entry.type)
    assert (attempt.reply.code, attempt.reply.param) == (code, entry.param)
    assert attempt.reply.request_id == "req_omg_0001"


def test_a_code_of_the_future_is_served_as_told(send: Sender) -> None:
    send.gateway.begin(
        [Fault(code="quota_paused", type="billing_error", status=402, message="Paused.", param="model", times=None)]
    )
    reply = send.operation("messages")

    assert reply.status == 402
    assert reply.json == {
        "error": {"type": "billing_error", "code": "quota_paused", "message": "Paused.", "param": "model"}
    }
    assert validate(reply.json, reply.status) == ()


def test_faults_are_met_one_after_the_other(send: Sender) -> None:
    send.gateway.begin(
        [Fault(code="rate_limited", times=2), Fault(code="upstream_failed"), Fault(code="insufficient_balance")]
    )
    send.gateway.add(Fault(code="internal_error"))

    assert [send.operation("chat").code for _ in range(6)] == [
        "rate_limited",
        "rate_limited",
        "upstream_failed",
        "insufficient_balance",
        "internal_error",
        None,
    ]


PLACES = [  # (on, what meets it)
    ("chat", ["chat", "chat_stream"]),
    ("chat_stream", ["chat_stream"]),
    ("messages", ["messages", "messages_stream"]),
    ("image", ["image"]),
    ("video", ["video.create", "video.status", "video.result"]),
    ("video.status", ["video.status"]),
    (None, list(ROUTES)),
]


@pytest.mark.parametrize(("on", "met"), PLACES)
def test_a_fault_is_met_where_it_is_bound_to(send: Sender, on: str | None, met: list[str]) -> None:
    send.gateway.begin([Fault(code="internal_error", times=None, on=on)])

    assert [name for name in ROUTES if send.operation(name).code == "internal_error"] == met


STEPS = [  # (code, video steps that meet it unbound)
    ("video_billing_error", ["video.status", "video.result"]),
    ("video_generation_failed", ["video.create"]),
    ("video_tier_not_found", ["video.create"]),
    ("image_generation_failed", ["video.create", "video.status", "video.result"]),
]


@pytest.mark.parametrize(("code", "met"), STEPS)
def test_an_unbound_code_waits_for_its_step_of_the_workflow(send: Sender, code: str, met: list[str]) -> None:
    send.gateway.begin([Fault(code=code, times=None)])
    steps = [name for name in ROUTES if name.startswith("video.")]

    assert [name for name in steps if send.operation(name).code == code] == met


def test_a_fault_meets_neither_the_list_of_models_nor_an_unknown_path(send: Sender) -> None:
    send.gateway.begin([Fault(code="internal_error", times=None)])

    assert send.get("/v1/models").status == 200
    assert send("/v1/nothing", CHAT).code == "not_found"
    assert len(send.gateway.unserved) == 1


def test_a_fault_comes_after_the_key_and_before_the_body(send: Sender) -> None:
    send.gateway.begin([Fault(code="rate_limited")])

    codes = [send("/v1/chat/completions", b"{", key=key).code for key in ("wrong-key", "sk-omg-a", "sk-omg-a")]
    assert codes == ["invalid_api_key", "rate_limited", "invalid_request"]


def test_faults_that_nobody_met_are_told(send: Sender) -> None:
    faults = [Fault(code="rate_limited"), Fault(code="internal_error", on="image")]
    send.gateway.begin(faults)
    send.operation("chat")

    assert send.gateway.unserved == (faults[1],)


def test_an_outage_ends_by_the_clock(send: Sender, clock: ManualClock) -> None:
    send.gateway.begin([Fault(code="rate_limited", until=3)])
    codes = []
    for seconds in (0, 2.9, 0.1):
        clock.advance(seconds)
        codes.append(send.operation("chat").code)

    assert codes == ["rate_limited", "rate_limited", None]


RETRY_AFTER = [  # (fault, header, the second before which it forbids a request sent at 0.5)
    (Fault(retry_after=20), "20", 20.5),
    (Fault(retry_after=3600), "3600", 3600.5),
    (Fault(retry_after=1.2), "2", 2.5),
    (Fault(retry_after=0), "0", 0.5),
    (Fault(retry_after=-5), "-5", None),
    (Fault(retry_after="soon"), "soon", None),
    (Fault(retry_after=" 7 "), " 7 ", 7.5),
    (Fault(retry_after_date=20), "Wed, 30 Jan 2030 22:15:21 GMT", 21.0),
    (Fault(retry_after=datetime(2030, 1, 30, 22, 16, tzinfo=UTC)), "Wed, 30 Jan 2030 22:16:00 GMT", 60.0),
    (
        Fault(retry_after=datetime(2030, 1, 30, 23, 16, tzinfo=timezone(timedelta(hours=1)))),
        "Wed, 30 Jan 2030 22:16:00 GMT",
        60.0,
    ),
    (Fault(retry_after=datetime(2029, 1, 1, tzinfo=UTC)), "Mon, 01 Jan 2029 00:00:00 GMT", 0.5),
    (Fault(), None, None),
]


@pytest.mark.parametrize(("fault", "header", "allowed"), RETRY_AFTER)
def test_retry_after_is_sent_in_every_form(
    send: Sender, clock: ManualClock, fault: Fault, header: str | None, allowed: float | None
) -> None:
    clock.advance(0.5)
    send.gateway.begin([replace(fault, code="rate_limited")])
    reply = send.operation("chat")

    assert reply.headers.get("retry-after") == header
    (attempt,) = send.gateway.attempts
    assert attempt.reply.retry_after == header
    assert attempt.reply.retry_at == allowed


def test_an_unreadable_reply_is_sent_as_it_is(send: Sender) -> None:
    send.gateway.begin(
        [Fault(kind=ReplyKind.UNREADABLE, status=502, body=b"<html>", retry_after=3)],
    )
    reply = send.operation("chat")

    assert (reply.status, reply.wire.body, reply.headers["content-type"]) == (502, b"<html>", "text/html")
    assert (reply.wire.breaks, reply.headers["retry-after"]) == (Break.NEVER, "3")
    assert send.gateway.attempts[0].reply.code is None
    assert send.gateway.attempts[0].reply.page == "<html>"
    assert send.gateway.attempts[0].reply.request_id == "req_omg_0001"


def test_a_fault_without_code_and_status_is_a_mistake(send: Sender) -> None:
    send.gateway.begin([Fault(code="unheard_of")])

    with pytest.raises(ValueError, match="status"):
        send.operation("chat")


def test_a_reset_sends_nothing_and_leaves_no_id(send: Sender) -> None:
    send.gateway.begin([Fault(kind=ReplyKind.RESET)])
    reply = send.operation("video.create")

    assert (reply.wire.breaks, reply.wire.body, reply.wire.headers) == (Break.BEFORE, b"", ())
    (attempt,) = send.gateway.attempts
    assert (attempt.reply.kind, attempt.reply.status, attempt.reply.request_id) == (ReplyKind.RESET, None, None)
    assert send.operation("video.create").json["id"] == "task_omg_1", "nothing was created"


def test_a_body_cut_short_hides_work_that_was_done(send: Sender) -> None:
    send.gateway.begin([Fault(kind=ReplyKind.CUT)])
    reply = send.operation("video.create")

    assert (reply.status, reply.wire.streamed, reply.wire.breaks) == (200, False, Break.WITHIN)
    with pytest.raises(json.JSONDecodeError):
        json.loads(reply.wire.body)
    assert send.gateway.attempts[0].reply.kind is ReplyKind.CUT
    assert send.operation("video.create").json["id"] == "task_omg_2"


def test_a_wrong_request_has_no_success_that_could_break(send: Sender) -> None:
    send.gateway.begin([Fault(kind=ReplyKind.CUT)])

    assert send("/v1/chat/completions", {}).code == "missing_parameter"
    assert send.operation("chat").wire.breaks is Break.WITHIN


BROKEN = [(kind, name) for kind in (ReplyKind.CUT, ReplyKind.UNFINISHED) for name in ("chat_stream", "messages_stream")]


@pytest.mark.parametrize(("kind", "operation"), BROKEN)
@pytest.mark.parametrize(("pieces", "delivered"), [(None, "po"), (0, ""), (1, "p"), (9, "pong")])
def test_a_stream_breaks_off(
    send: Sender, events: Events, kind: ReplyKind, operation: str, pieces: int | None, delivered: str
) -> None:
    send.gateway.begin([Fault(kind=kind, delivered=pieces)])
    reply = send.operation(operation)

    assert (reply.status, reply.wire.streamed) == (200, True)
    assert reply.wire.breaks is (Break.WITHIN if kind is ReplyKind.CUT else Break.NEVER)
    found = events(reply.wire)
    assert not {"[DONE]"} & {data for _, data in found if isinstance(data, str)}
    assert not {"message_stop", "message_delta"} & {name for name, _ in found}
    assert not any(choice["finish_reason"] for _, data in found for choice in data.get("choices", []))
    (attempt,) = send.gateway.attempts
    assert (attempt.reply.kind, attempt.reply.status, attempt.reply.delivered) == (kind, 200, delivered)
    assert attempt.reply.code is None


@pytest.mark.parametrize(
    ("operation", "name", "wrapped"), [("chat_stream", None, {}), ("messages_stream", "error", {"type": "error"})]
)
def test_an_error_event_ends_a_stream(
    send: Sender, events: Events, operation: str, name: str | None, wrapped: dict[str, str]
) -> None:
    send.gateway.begin([Fault(kind=ReplyKind.STREAM_ERROR, code="upstream_failed")])
    reply = send.operation(operation)

    error = {"type": "upstream_error", "code": "upstream_failed", "message": "Upstream request failed."}
    assert events(reply.wire)[-1] == (name, {**wrapped, "error": error})
    assert (reply.status, reply.wire.breaks) == (200, Break.NEVER)
    (attempt,) = send.gateway.attempts
    assert (attempt.reply.kind, attempt.reply.status) == (ReplyKind.STREAM_ERROR, 200)
    assert (attempt.reply.type, attempt.reply.code) == ("upstream_error", "upstream_failed")
    assert attempt.reply.message == "Upstream request failed."
    assert attempt.reply.delivered == "po"


@pytest.mark.parametrize("kind", [ReplyKind.UNFINISHED, ReplyKind.STREAM_ERROR])
def test_only_streams_meet_the_faults_of_streams(send: Sender, kind: ReplyKind) -> None:
    send.gateway.begin([Fault(kind=kind, code="upstream_failed", on="chat")])

    assert send.operation("chat").status == 200
    assert len(send.gateway.unserved) == 1
    assert not send.operation("chat_stream").wire.body.endswith(b"[DONE]\n\n")
