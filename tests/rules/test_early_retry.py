from __future__ import annotations

from typing import Any

from pytest_ominigate.rules.early_retry import RULE
from pytest_ominigate.timeline import Case, ReplyKind

from .timelines import OK, STREAMED, WHOLE, Table, broken, call, error, found, must, should, step, table, video


def limit(after: float | None = None, **facts: Any) -> Any:
    return error("rate_limited", after=after, **facts)


SOON = limit(header="soon")
NEGATIVE = limit(header="-5")

GUILTY: Table = {
    "one second early": (call((0, limit(20)), (19, OK)), must(2)),
    "just beyond the tolerance": (call((0, limit(20)), (19.98, OK)), must(2)),
    "two minutes are ignored": (call((0, limit(120)), (0.5, OK)), must(2)),
    "an hour is capped": (call((0, limit(3600)), (60, OK)), must(2)),
    "only the second is early": (call((0, limit(5)), (5, limit(5)), (6, OK)), must(3)),
    "early twice, told once": (call((0, limit(5)), (1, limit(5)), (2, limit(5))), must(2)),
    "a date, two seconds early": (call((0, limit(date=20)), (18, OK)), must(2)),
    "a date is ignored": (call((0, limit(date=20)), (1, OK)), must(2)),
    "with another error than a rate limit": (call((0, error("upstream_failed", after=20)), (1, OK)), must(2)),
    "at once without streaming": (
        call(step(0, limit(20), body=STREAMED), step(0, OK, operation="chat", body=WHOLE), operation="chat_stream"),
        must(2),
    ),
    "a poll": (video((0, "create", OK), (5, "status", limit(20)), (10, "status", OK)), must(3)),
    "in one of two lanes": (
        call((0, limit(20)), step(0, limit(20), lane=2), step(1, OK, lane=2), (20, OK)),
        must(3),
    ),
    "an unreadable wish is no leave to hurry": (call((0, SOON), (0, NEGATIVE), (0, OK)), should(2)),
    "an unreadable wish stalls the client": (call((0, SOON), (61, OK)), should(2)),
}

INNOCENT: Table = {
    "exactly as asked": call((0, limit(20)), (20, OK)),
    "a rounding early": call((0, limit(20)), (19.995, OK)),
    "without streaming, as late as asked": call(
        step(0, limit(20), body=STREAMED), step(20, OK, operation="chat", body=WHOLE), operation="chat_stream"
    ),
    "longer": call((0, limit(20)), (25, OK)),
    "given up": call((0, limit(3600))),
    "a date within its grain": call((0, limit(date=20)), (19.2, OK)),
    "0 seconds": call((0, limit(0)), (0, OK)),
    "0 seconds and a wait of one's own": call((0, limit(0)), (1, OK)),
    "a past date": call((0, limit(date=-60)), (0, OK)),
    "no header": call((0, limit()), (0.1, OK)),
    "another key": call((0, limit(20)), step(0, OK, key="key 2")),
    "another model": call((0, limit(20)), step(0, OK, model="anthropic/claude")),
    "the ordinary backoff after an unreadable wish": call((0, SOON), (0.4, OK)),
    "one wait of two is enough": call((0, SOON), (0, NEGATIVE), (1.2, OK)),
    "a page without a readable error": call((0, broken(ReplyKind.UNREADABLE, status=502)), (0, OK)),
    "two callers, each in time": call((0, limit(20)), step(19, limit(20), lane=2), (20, OK), step(39, OK, lane=2)),
}


@table(GUILTY)
def test_finds(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@table(INNOCENT)
def test_leaves_in_peace(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected
