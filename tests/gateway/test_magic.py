"""Model names that bring an error about by themselves."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pytest_ominigate.catalogue.model import Catalogue
from pytest_ominigate.gateway import Fault
from pytest_ominigate.gateway.magic import PREFIX, named_faults
from pytest_ominigate.gateway.suite import of_operation
from pytest_ominigate.timeline import ReplyKind

from .conftest import ROUTES, Answered, ManualClock, Sender


@pytest.fixture
def ask(send: Sender) -> Callable[..., Answered]:
    """A right request of an operation, but for the model."""

    def asked(name: str, operation: str = "chat", **options: object) -> Answered:
        target, body = ROUTES[operation]
        return send(target.replace("google", "ominigate"), {**body, "model": PREFIX + name}, **options)

    return asked


def statuses(ask: Callable[..., Answered], name: str, count: int, operation: str = "chat") -> list[int]:
    return [ask(name, operation).status for _ in range(count)]


def test_every_documented_code_is_a_name(catalogue: Catalogue, ask: Callable[..., Answered]) -> None:
    met = [ask(entry.code) for entry in catalogue]

    assert [(reply.status, reply.code) for reply in met] == [(entry.status, entry.code) for entry in catalogue]


@pytest.mark.parametrize("operation", ["chat", "chat_stream", "messages", "messages_stream", "image", "video.create"])
def test_it_works_on_every_route(ask: Callable[..., Answered], operation: str) -> None:
    assert ask("upstream_failed", operation).code == "upstream_failed"


def test_it_is_met_again_and_again(ask: Callable[..., Answered]) -> None:
    assert statuses(ask, "internal_error", 5) == [500] * 5


def test_a_number_ends_it(ask: Callable[..., Answered]) -> None:
    assert statuses(ask, "rate_limited:2", 4) == [429, 429, 200, 200]


def test_each_name_and_each_operation_counts_for_itself(ask: Callable[..., Answered]) -> None:
    first = [ask("rate_limited:1", operation).status for operation in ("chat", "image", "messages")]
    again = [ask("rate_limited:1", operation).status for operation in ("chat", "image", "messages")]

    assert (first, again) == ([429] * 3, [200] * 3)
    assert ask("rate_limited:2").status == 429


def test_another_documented_status_can_be_asked_for(ask: Callable[..., Answered]) -> None:
    assert statuses(ask, "upstream_failed@504", 2) == [504, 504]
    assert statuses(ask, "upstream_failed:1@504", 2) == [504, 200]


def test_a_scenario_is_a_name(ask: Callable[..., Answered]) -> None:
    limited = ask("rate_limited-retry_after_seconds")
    page = ask("html_502")

    assert (limited.code, limited.headers["retry-after"]) == ("rate_limited", "20")
    assert page.wire.body.startswith(b"<html>")
    assert ask("healthy").status == 200


@pytest.mark.parametrize("operation", ["chat", "chat_stream", "messages", "messages_stream", "image", "video"])
def test_every_scenario_of_an_operation_is_a_name(catalogue: Catalogue, operation: str) -> None:
    for scenario in of_operation(catalogue, operation):
        assert named_faults(catalogue, PREFIX + scenario.id, operation) == scenario.faults


def test_a_stream_breaks_by_its_name(ask: Callable[..., Answered], send: Sender) -> None:
    ask("stream_reset", "chat_stream")

    assert send.gateway.attempts[-1].reply.kind is ReplyKind.CUT


def test_an_outage_lasts_from_the_first_request_on(ask: Callable[..., Answered], clock: ManualClock) -> None:
    clock.advance(100)
    during = ask("rate_limited-concurrent").status
    clock.advance(3)

    assert (during, ask("rate_limited-concurrent").status) == (429, 200)


@pytest.mark.parametrize(
    ("name", "replies"),
    [
        ("video_billing_error", [200, 500, 500]),
        ("rate_limited-status_persists", [200, 429, 200]),
        ("upstream_failed-result_persists", [200, 200, 502]),
        ("video_generation_failed", [502, 404, 404]),
    ],
)
def test_a_task_keeps_the_name_it_was_created_with(
    ask: Callable[..., Answered], send: Sender, name: str, replies: list[int]
) -> None:
    created = ask(name, "video.create")
    task = {"task_id": "task_omg_1"}
    polled = [send(f"/v1/videos/ominigate/{step}", task) for step in ("status", "result")]

    assert [reply.status for reply in (created, *polled)] == replies


def test_a_cap_is_lifted_at_its_reset(ask: Callable[..., Answered], clock: ManualClock) -> None:
    before = ask("key_daily_limit").status
    clock.advance(24 * 3600)

    assert (before, ask("key_daily_limit").status) == (429, 200)


def test_a_key_cap_holds_for_the_key_that_met_it(ask: Callable[..., Answered]) -> None:
    assert ask("key_daily_limit", key="sk-omg-one").status == 429
    assert ask("key_daily_limit", key="sk-omg-two").status == 200


def test_the_script_comes_first(ask: Callable[..., Answered], send: Sender) -> None:
    send.gateway.begin([Fault(code="internal_error")])

    assert [ask("rate_limited").code for _ in range(2)] == ["internal_error", "rate_limited"]


def test_a_new_trial_counts_afresh(ask: Callable[..., Answered], send: Sender) -> None:
    before = statuses(ask, "rate_limited:1", 2)
    send.gateway.begin()

    assert (before, statuses(ask, "rate_limited:1", 2)) == ([429, 200], [429, 200])


def test_a_wrong_key_is_refused_first(ask: Callable[..., Answered]) -> None:
    assert ask("rate_limited", key="wrong").code == "invalid_api_key"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("rate_limitd", "no documented error 'rate_limitd'. Did you mean 'rate_limited'? Known: invalid_api_key, "),
        ("rate_limited@402", "rate_limited does not arrive under 402. Documented: 429"),
        ("rate_limited:0", "'ominigate/rate_limited:0' cannot be read: write ominigate/CODE, ominigate/CODE:TIMES"),
        ("rate_limited:two", "cannot be read"),
        ("body_cut:2", "no documented error 'body_cut'"),
    ],
)
def test_a_misspelt_name_is_told_the_choices(ask: Callable[..., Answered], name: str, message: str) -> None:
    reply = ask(name)

    assert (reply.status, reply.code, reply.json["error"]["param"]) == (400, "invalid_model", "model")
    assert message in reply.json["error"]["message"]


def test_other_models_are_granted(send: Sender) -> None:
    target, body = ROUTES["chat"]

    assert send(target, {**body, "model": "ominigates/rate_limited"}).status == 200
