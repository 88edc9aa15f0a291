"""Spending caps: whom they bind, and when they are lifted."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pytest_ominigate.catalogue.envelope import validate
from pytest_ominigate.gateway import Fault

from .conftest import ManualClock, Sender

OTHER = "sk-omg-test-0002"
TO_MIDNIGHT = 105 * 60
TO_FEBRUARY = TO_MIDNIGHT + 24 * 3600
"""The manual clock starts at 22:15 on the 30th of January."""


def capped(send: Sender, code: str, times: int | None = None, on: str | None = None) -> None:
    send.gateway.begin([Fault(code=code, times=times, on=on)])


@pytest.mark.parametrize(
    ("code", "seconds", "date"),
    [
        ("key_daily_limit", TO_MIDNIGHT, "2030-01-31T00:00:00Z"),
        ("account_daily_limit", TO_MIDNIGHT, "2030-01-31T00:00:00Z"),
        ("key_monthly_limit", TO_FEBRUARY, "2030-02-01T00:00:00Z"),
    ],
)
def test_a_cap_tells_when_it_is_lifted_and_then_it_is(
    send: Sender, clock: ManualClock, code: str, seconds: float, date: str
) -> None:
    capped(send, code)
    first = send.operation("chat")
    clock.advance(60)
    second = send.operation("chat")
    clock.advance(seconds - 60 - 0.01)
    last = send.operation("chat")
    clock.advance(0.01)
    lifted = send.operation("chat")

    assert [reply.code for reply in (first, second, last, lifted)] == [code, code, code, None]
    assert {reply.json["error"]["resets_at"] for reply in (first, second, last)} == {date}
    assert [attempt.reply.resets_at for attempt in send.gateway.attempts] == [seconds, seconds, seconds, None]
    assert validate(first.json, first.status) == ()


def test_the_reset_stays_though_the_reply_comes_on_another_day(send: Sender, clock: ManualClock) -> None:
    capped(send, "key_monthly_limit", times=2)
    clock.start = datetime(2030, 12, 31, 23, 59, 58, tzinfo=UTC)
    send.operation("chat")
    clock.advance(1)

    assert send.operation("chat").json["error"]["resets_at"] == "2031-01-01T00:00:00Z"


@pytest.mark.parametrize("code", ["key_daily_limit", "key_monthly_limit"])
@pytest.mark.parametrize("times", [None, 2])
def test_a_keys_cap_binds_the_key_that_met_it_first(send: Sender, code: str, times: int | None) -> None:
    capped(send, code, times)

    assert [send.operation("chat", key=key).code for key in (OTHER, "sk-omg-test-0001", OTHER)] == [code, None, code]


def test_the_accounts_cap_binds_every_key(send: Sender) -> None:
    capped(send, "account_daily_limit")

    assert {send.operation("chat", key=key).code for key in ("sk-omg-a", "sk-omg-b")} == {"account_daily_limit"}


def test_a_cap_met_at_one_step_binds_the_others_too(send: Sender) -> None:
    capped(send, "key_daily_limit", on="video.status")
    codes = [send.operation(name).code for name in ("video.create", "video.status", "video.create", "chat")]

    assert codes == [None, "key_daily_limit", "key_daily_limit", "key_daily_limit"]
    assert send.get("/v1/models").status == 200


def test_a_cap_served_so_many_times_is_over_then(send: Sender) -> None:
    capped(send, "key_daily_limit", times=1)

    assert [send.operation("chat").code for _ in range(2)] == ["key_daily_limit", None]


def test_a_requests_cost_limit_has_no_reset(send: Sender) -> None:
    capped(send, "request_cost_limit")
    reply = send.operation("chat")

    assert {"limit", "used"} <= set(reply.json["error"])
    assert "resets_at" not in reply.json["error"]
    assert send.gateway.attempts[0].reply.resets_at is None


def test_the_error_next_in_line_meets_the_key_that_is_not_capped(send: Sender) -> None:
    send.gateway.begin([Fault(code="key_daily_limit", times=None), Fault(code="internal_error")])

    codes = [send.operation("chat", key=key).code for key in (OTHER, "sk-omg-test-0001", OTHER)]
    assert codes == ["key_daily_limit", "internal_error", "key_daily_limit"]
