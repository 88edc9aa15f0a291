from __future__ import annotations

from typing import Any

from pytest_ominigate.rules.retried_before_reset import RULE
from pytest_ominigate.timeline import Case

from .timelines import CATALOGUE, OK, STREAMED, UNKNOWN, WHOLE, Table, call, error, found, must, step, table, video

DAY = error("key_daily_limit", resets_in=3600)
MONTH = error("key_monthly_limit", resets_in=31 * 86400)
ACCOUNT = error("account_daily_limit", resets_in=3600)

GUILTY: Table = {
    "taken for a rate limit": (call((0, DAY), (1, DAY), (3, DAY)), must(2)),
    "a month is waited for a day": (call((0, MONTH), (86400, MONTH)), must(2)),
    "two seconds early": (call((0, DAY), (3598, OK)), must(2)),
    "the account's cap, with the same key": (call((0, ACCOUNT), (60, ACCOUNT)), must(2)),
    "a poll": (video((0, "create", OK), (5, "status", DAY), (10, "status", OK)), must(3)),
    "without streaming": (
        call(step(0, DAY, body=STREAMED), step(1, OK, operation="chat", body=WHOLE), operation="chat_stream"),
        must(2),
    ),
    "waited for once, not twice": (call((0, DAY), (3600, DAY), (3601, OK)), must(3)),
}

INNOCENT: Table = {
    "surfaced at once": call((0, DAY)),
    "waits until the reset": call((0, DAY), (3600, OK)),
    "and a little longer": call((0, DAY), (3661.5, OK)),
    "whole months": call((0, MONTH), (31 * 86400, OK)),
    "within the second that resets_at is told in": call((0, DAY), (3599.1, OK)),
    "without streaming, after the reset": call(
        step(0, DAY, body=STREAMED), step(3600, OK, operation="chat", body=WHOLE), operation="chat_stream"
    ),
    "another key": call((0, DAY), step(0, OK, key="key 2")),
    "another key of the same account": call((0, ACCOUNT), step(0, ACCOUNT, key="key 2")),
    "another request": call((0, DAY), step(0, OK, model="openai/gpt-5")),
    "a rate limit": call((0, error("rate_limited")), (1, OK)),
    "a cap on one request has no reset": call((0, error("request_cost_limit")), (1, OK)),
}

OPEN: Table = {
    "nobody knows when the cap is lifted": (call((0, error("key_daily_limit")), (1, OK)), UNKNOWN),
}


@table(GUILTY)
def test_finds(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@table(INNOCENT)
def test_leaves_in_peace(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@table(OPEN)
def test_cannot_tell(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


def test_the_finding_says_how_long_there_was_to_wait() -> None:
    (finding,) = RULE.check(call((0, DAY), (1, DAY)), CATALOGUE)

    assert "3600 s" in finding.expected  # type: ignore[union-attr]
    assert "1 s" in finding.observed  # type: ignore[union-attr]
