from __future__ import annotations

from typing import Any

from pytest_ominigate.rules.tight_poll import RULE
from pytest_ominigate.timeline import Case

from .timelines import DONE, MAKING, OK, Step, Table, error, found, should, step, table, video

RPM = error("rpm_rate_limited")
FAILED = error("upstream_failed")


def polls(*moments: float, answer: Any = OK) -> list[tuple[float, str, Any]]:
    return [(moment, "status", answer) for moment in moments]


def other(at: float) -> Step:
    return step(at, OK, operation="video.status", model=None, task="task_2")


GUILTY: Table = {
    "no pause": (video((0, "create", OK), *polls(1, 1, 1)), should(3)),
    "half a second": (video((0, "create", OK), *polls(1, 1.5)), should(3)),
    "just too short": (video((0, "create", OK), *polls(1, 1.95)), should(3)),
    "only once": (video((0, "create", OK), *polls(1, 6, 6.2, 12)), should(4)),
    "no longer pause after the rate limit": (
        video((0, "create", OK), (5, "status", RPM), (5.5, "status", OK)),
        should(3),
    ),
    "an unreadable Retry-After changes nothing": (
        video((0, "create", OK), (5, "status", error("rpm_rate_limited", header="soon")), (5.5, "status", OK)),
        should(3),
    ),
    "the result, though it was not done yet": (
        video((0, "create", OK), (5, "result", MAKING), (5, "result", DONE)),
        should(3),
    ),
    "in the same instant after a failure": (
        video((0, "create", OK), (5, "status", FAILED), (5, "status", OK)),
        should(3),
    ),
}

INNOCENT: Table = {
    "a second": video((0, "create", OK), *polls(1, 2, 3)),
    "a rounding less": video((0, "create", OK), *polls(1, 1.995)),
    "ten seconds": video((0, "create", OK), *polls(10, 20, 30)),
    "growing": video((0, "create", OK), *polls(1, 3, 7, 15)),
    "the first poll right after creating": video((0, "create", OK), *polls(0, 5)),
    "the result right after the last poll": video((0, "create", OK), *polls(5), (5, "result", OK)),
    "two tasks by turns": video((0, "create", OK), (1, "status", OK), other(1.1), (2, "status", OK), other(2.1)),
    "the short waits of a backoff after a failure": video(
        (0, "create", OK), (5, "status", FAILED), (5.4, "status", FAILED), (6.2, "status", OK)
    ),
    "a second after the rate limit": video((0, "create", OK), (5, "status", RPM), (6, "status", OK)),
    "Retry-After is early-retry's": video(
        (0, "create", OK), (5, "status", error("rpm_rate_limited", after=0)), (5.2, "status", OK)
    ),
    "fetching the result again is no polling": video(
        (0, "create", OK), (5, "status", OK), (6, "result", RPM), (6.8, "result", OK)
    ),
    "the result after a pause": video((0, "create", OK), (5, "result", MAKING), (7, "result", DONE)),
    "the result twice": video((0, "create", OK), (5, "result", DONE), (5, "result", DONE)),
    "the result where nobody knows how far it is": video((0, "create", OK), (5, "result", OK), (5, "result", OK)),
    "the status between two looks at the result": video(
        (0, "create", OK), (5, "result", MAKING), (7, "status", OK), (7, "result", DONE)
    ),
    "two callers": video(
        (0, "create", OK), (1, "status", OK), step(1.2, OK, operation="video.status", model=None, task="task_1", lane=2)
    ),
    "a refusal is another rule's": video((0, "create", OK), (5, "status", error("invalid_api_key")), (5, "status", OK)),
}


@table(GUILTY)
def test_finds(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@table(INNOCENT)
def test_leaves_in_peace(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected
