"""The generated scenarios: all that are prescribed, each once, each as told."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from pytest_ominigate.catalogue.load import load
from pytest_ominigate.catalogue.model import Duty, ErrorEntry
from pytest_ominigate.gateway import FakeGateway, Scenario, of_operation, scenarios
from pytest_ominigate.gateway.routing import GENERATING, OPERATIONS
from pytest_ominigate.timeline import ReplyKind

from .conftest import ManualClock, Sender

CATALOGUE = load()
ALL = scenarios(CATALOGUE)
BACKOFF = {entry.code for entry in CATALOGUE if entry.duty is Duty.BACKOFF}
REACHED = [(entry, step) for entry in CATALOGUE for step in GENERATING if step in entry.operations]
RETRY_AFTER = ("seconds", "date", "120", "1h", "0", "garbage")


def place(step: str) -> tuple[str, str]:
    """The operation of a step and the prefix of its scenarios."""
    operation, _, rest = step.partition(".")
    return operation, f"{rest}_" if rest else ""


def find(operation: str, name: str, code: str | None = None) -> Scenario:
    (found,) = [s for s in ALL if (s.operation, s.name, s.code) == (operation, name, code)]
    return found


def codes(scenario: Scenario, step: str, requests: int, clock: ManualClock | None = None) -> list[object]:
    """What a client sees that sends so many right requests, one second apart."""
    clock = clock or ManualClock()
    gateway = FakeGateway(CATALOGUE, clock)
    send = Sender(gateway)
    gateway.begin(scenario.faults)
    for _ in range(requests):
        send.operation(step)
        clock.advance(1)
    return [attempt.reply.code or attempt.reply.kind.value for attempt in gateway.attempts]


def test_ids_are_unique_and_plain() -> None:
    ids = [(scenario.operation, scenario.id) for scenario in ALL]

    assert len(ids) == len(set(ids))
    assert [identity for _, identity in ids if not re.fullmatch(r"[a-z0-9_.-]+", identity)] == []


def test_the_order_is_stable_and_healthy_comes_first() -> None:
    assert scenarios(CATALOGUE) == ALL
    assert list(dict.fromkeys(scenario.operation for scenario in ALL)) == list(OPERATIONS)
    for operation in OPERATIONS:
        first, *_ = of_operation(CATALOGUE, operation)
        assert (first.id, first.faults, first.status) == ("healthy", (), None)


@pytest.mark.parametrize(("entry", "step"), REACHED, ids=[f"{step}-{entry.code}" for entry, step in REACHED])
def test_each_code_is_tried_wherever_it_can_arise(entry: ErrorEntry, step: str) -> None:
    operation, prefix = place(step)
    names = {
        scenario.name.removeprefix(prefix)
        for scenario in ALL
        if scenario.operation == operation and scenario.code == entry.code and scenario.name.startswith(prefix)
    }

    expected = {"recovers", "persists", *(f"status_{status}" for status in entry.statuses[1:])}
    if entry.duty is Duty.BACKOFF:
        expected |= {f"retry_after_{form}" for form in RETRY_AFTER}
    assert expected <= names


def test_no_code_is_tried_where_it_cannot_arise() -> None:
    for scenario in ALL:
        entry = CATALOGUE.get(scenario.code)
        if entry and scenario.operation != "video":
            assert scenario.operation in entry.operations


@pytest.mark.parametrize("code", sorted(BACKOFF))
def test_transient_errors_recover_after_two(code: str) -> None:
    entry = CATALOGUE.get(code)
    assert entry
    step = entry.operations[0]
    operation, prefix = place(step)

    assert codes(find(operation, prefix + "recovers", code), step, 4) == [code, code, "success", "success"]
    assert codes(find(operation, prefix + "persists", code), step, 4) == [code] * 4


def test_other_errors_recover_after_one() -> None:
    assert codes(find("chat", "recovers", "insufficient_balance"), "chat", 2) == ["insufficient_balance", "success"]
    assert codes(find("chat", "recovers", "key_daily_limit"), "chat", 2) == ["key_daily_limit", "success"]


def test_a_cap_persists_until_its_reset() -> None:
    clock = ManualClock()
    scenario = find("chat", "persists", "key_daily_limit")

    assert codes(scenario, "chat", 2, clock) == ["key_daily_limit"] * 2
    clock.start = clock.start.replace(hour=23, minute=59, second=57)
    clock.seconds = 0.0
    assert codes(scenario, "chat", 5, clock) == ["key_daily_limit"] * 3 + ["success"] * 2


def test_each_status_is_served_as_the_name_says() -> None:
    for scenario in ALL:
        name = re.search(r"status_(\d+)$", scenario.name)
        if name:
            assert scenario.alternative
            assert scenario.status == int(name[1]) == scenario.faults[0].status
        else:
            assert not scenario.alternative


def test_shapes_are_judged_where_a_transient_error_or_a_break_of_streams_persists() -> None:
    shaped = [scenario for scenario in ALL if scenario.shape]

    assert {scenario.code for scenario in shaped if scenario.code} == BACKOFF
    assert {scenario.name for scenario in shaped if not scenario.code} == {
        "stream_reset_persists",
        "stream_unfinished_persists",
    }
    assert all(scenario.alternative or scenario.name.endswith("persists") for scenario in shaped)
    assert {scenario.code for scenario in shaped if scenario.alternative} == {
        scenario.code for scenario in ALL if scenario.alternative
    } & BACKOFF


SENT = [  # (name, the headers that come, with a fault each)
    ("retry_after_seconds", ["20"]),
    ("retry_after_date", ["Wed, 30 Jan 2030 22:15:20 GMT"]),
    ("retry_after_120", ["120"]),
    ("retry_after_1h", ["3600"]),
    ("retry_after_0", ["0"]),
    ("retry_after_garbage", ["soon", "-5"]),
]


@pytest.mark.parametrize(("name", "headers"), SENT)
def test_retry_after_comes_in_each_form(send: Sender, name: str, headers: list[str]) -> None:
    send.gateway.begin(find("messages", name, "upstream_failed").faults)
    replies = [send.operation("messages") for _ in range(len(headers) + 1)]

    assert [reply.headers.get("retry-after") for reply in replies] == [*headers, None]
    assert [reply.code for reply in replies] == ["upstream_failed"] * len(headers) + [None]


def test_a_second_retry_after_comes_where_the_page_sends_one(send: Sender) -> None:
    send.gateway.begin(find("messages", "retry_after_seconds", "tpm_rate_limited").faults)
    replies = [send.operation("messages") for _ in range(3)]

    assert [reply.headers.get("retry-after") for reply in replies] == ["20", "5", None]


STOPPED = [
    ("mixed_429_502_402", "insufficient_balance", ["rate_limited", "upstream_failed", "insufficient_balance"]),
    ("mixed_502_400", "invalid_request", ["upstream_failed", "invalid_request"]),
]


@pytest.mark.parametrize("step", ["chat", "chat_stream", "messages", "image", "video.create", "video.status"])
@pytest.mark.parametrize(("name", "code", "sequence"), STOPPED)
def test_mixed_sequences_end_in_an_error_that_stays(step: str, name: str, code: str, sequence: list[str]) -> None:
    operation, prefix = place(step)
    scenario = find(operation, prefix + name, code)

    assert scenario.tags == {"mixed"}
    assert codes(scenario, step, len(sequence) + 2) == [*sequence, code, code]


@pytest.mark.parametrize("family", [family.type for family in CATALOGUE.families])
def test_an_unknown_code_of_each_type_is_tried(send: Sender, family: str) -> None:
    scenario = find("chat", f"unknown_{family}", "some_future_code")
    send.gateway.begin(scenario.faults)
    reply = send.operation("chat")

    statuses = next(known.statuses for known in CATALOGUE.families if known.type == family)
    assert scenario.tags == {"unknown_code"}
    assert reply.status == scenario.status == statuses[0]
    assert (reply.json["error"]["type"], reply.code) == (family, "some_future_code")


def test_an_unknown_type_is_tried(send: Sender) -> None:
    send.gateway.begin(find("chat", "unknown_type", "some_future_code").faults)

    assert CATALOGUE.family(send.operation("chat").json["error"]["type"]) is None


UNREADABLE = [  # (name, status, content type, how the body begins)
    ("html_502", 502, "text/html", b"<html>"),
    ("empty_500", 500, "application/json", b""),
    ("truncated_json", 502, "application/json", b'{"error": {"type": "upstream_error", "'),
    ("non_object", 500, "application/json", b'["internal error"]'),
]


@pytest.mark.parametrize(("name", "status", "content_type", "beginning"), UNREADABLE)
def test_bodies_without_a_code_are_tried(
    send: Sender, name: str, status: int, content_type: str, beginning: bytes
) -> None:
    scenario = find("image", name)
    send.gateway.begin(scenario.faults)
    reply = send.operation("image")

    assert reply.status == scenario.status == status
    assert reply.headers["content-type"] == content_type
    assert reply.wire.body.startswith(beginning)
    assert bool(reply.wire.body) is bool(beginning)
    assert b"upstream_failed" not in reply.wire.body


BROKEN = [
    ("chat", "connection_reset", ["reset", "success"]),
    ("chat", "connection_reset_persists", ["reset"] * 3),
    ("image", "body_cut", ["cut", "success"]),
    ("chat_stream", "connection_reset", ["reset", "success"]),
    ("messages_stream", "stream_reset", ["cut", "success"]),
    ("messages_stream", "stream_reset_persists", ["cut"] * 3),
    ("chat_stream", "stream_unfinished", ["unfinished", "success"]),
    ("chat_stream", "stream_unfinished_persists", ["unfinished"] * 3),
]


@pytest.mark.parametrize(("operation", "name", "seen"), BROKEN)
def test_broken_connections_are_tried(operation: str, name: str, seen: list[str]) -> None:
    assert codes(find(operation, name), operation, len(seen)) == seen


def test_an_error_event_is_tried_under_its_code() -> None:
    scenario = find("chat_stream", "stream_error", "upstream_failed")

    assert scenario.faults[0].kind is ReplyKind.STREAM_ERROR
    assert codes(scenario, "chat_stream", 2) == ["upstream_failed", "success"]
    assert (
        codes(find("chat_stream", "stream_error_persists", "upstream_failed"), "chat_stream", 3)
        == ["upstream_failed"] * 3
    )


def test_only_streams_break_as_streams_do() -> None:
    for scenario in ALL:
        streams = scenario.operation.endswith("_stream")
        assert streams or not scenario.name.startswith("stream_")
        assert not (streams and scenario.name == "body_cut")


@pytest.mark.parametrize("operation", OPERATIONS)
def test_concurrent_callers_meet_an_outage_that_ends_by_the_clock(operation: str) -> None:
    step = "video.create" if operation == "video" else operation
    (scenario,) = [s for s in of_operation(CATALOGUE, operation) if "concurrent" in s.tags]

    assert scenario.callers > 1
    assert codes(scenario, step, 5) == ["rate_limited"] * 3 + ["success"] * 2
    assert codes(scenario, step, 20)[3:] == ["success"] * 17


def test_each_step_of_the_workflow_has_scenarios_of_its_own() -> None:
    for step in ("create", "status", "result"):
        for name in ("html_502", "body_cut", "connection_reset"):
            (fault,) = find("video", f"{step}_{name}").faults
            assert fault.on == f"video.{step}"
    assert find("video", "status_status_402", "key_daily_limit").status == 402


def test_a_catalogue_with_fewer_errors_gives_fewer_scenarios() -> None:
    known = ("upstream_failed", "internal_error", "invalid_request")
    small = replace(CATALOGUE, entries=tuple(entry for entry in CATALOGUE if entry.code in known))

    assert {scenario.code for scenario in scenarios(small)} == {None, "some_future_code", *known}
