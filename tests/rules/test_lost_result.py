from __future__ import annotations

from typing import Any

from pytest_ominigate.rules import Violation
from pytest_ominigate.rules.lost_result import RULE
from pytest_ominigate.timeline import Case

from .timelines import (
    CATALOGUE,
    DONE,
    MAKING,
    OK,
    ONE,
    STOPPED,
    THREE,
    TWO,
    Table,
    call,
    cut,
    error,
    found,
    must,
    raised,
    returned,
    several,
    step,
    table,
    video,
)

FAILED = error("upstream_failed")
GONE = raised("upstream_failed")
OTHER = returned(None, like_healthy=False)
ASSERTION = raised("assert", lineage=("builtins.AssertionError", "builtins.Exception"), asserted=True)

GUILTY: Table = {
    "all of two pictures are there": (
        several(call(step(0, FAILED, body=ONE), step(0, OK, body=TWO), step(1, OK, body=ONE), ending=OTHER), ONE, TWO),
        must(3),
    ),
    "raises the first error": (call((0, FAILED), (1, OK), ending=GONE), must(2)),
    "returns something else": (call((0, FAILED), (1, OK), ending=OTHER), must(2)),
    "after a cut reply": (call((0, cut()), (1, OK), ending=OTHER), must(2)),
    "the task is there": (
        video((0, "create", FAILED), (1, "create", OK), ending=raised("boom")),
        must(2),
    ),
    "the video is there": (
        video((0, "create", OK), (5, "status", FAILED), (6, "status", OK), (7, "result", OK), ending=GONE),
        must(4),
    ),
    "the video is done, and nobody fetches it": (
        video((0, "create", OK), (5, "status", FAILED), (6, "status", DONE), ending=OTHER),
        must(3),
    ),
    "the news that it is done is too much": (
        video((0, "create", OK), (5, "status", FAILED), (6, "status", DONE), ending=raised("'url'")),
        must(3),
    ),
    "the result says itself that it is done": (
        video((0, "create", OK), (5, "result", FAILED), (6, "result", DONE), ending=OTHER),
        must(3),
    ),
    "in the other dialect": (call((0, FAILED), step(1, OK, operation="messages"), ending=GONE), must(2)),
    "with another key": (call((0, error("rate_limited")), step(0, OK, key="key 2"), ending=GONE), must(2)),
    "in one lane": (call((0, FAILED), (1, OK), step(1, OK, lane=2), ending=[GONE, returned()]), must(2)),
}

INNOCENT: Table = {
    "one of three pictures failed": several(
        call(step(0, FAILED, body=ONE), step(0, OK, body=TWO), step(0, OK, body=THREE), ending=GONE), ONE, TWO, THREE
    ),
    "one of three pictures was not asked for any more": several(
        call(step(0, FAILED, body=ONE), step(1, OK, body=ONE), step(1, OK, body=TWO), ending=GONE), ONE, TWO, THREE
    ),
    "recovers": call((0, FAILED), (1, OK)),
    "fails for good": call((0, FAILED), (1, FAILED), ending=GONE),
    "nothing failed": call((0, OK), ending=GONE),
    "the caller's own deadline": call((0, FAILED), (60, OK), ending=raised("too late", timed_out=True)),
    "a test's own assertion": call((0, FAILED), (1, OK), ending=ASSERTION),
    "nobody knows what success looks like": call((0, FAILED), (1, OK), ending=returned(None, like_healthy=None)),
    "stopped": call((0, FAILED), (1, OK), ending=STOPPED, stopped=True),
    "the bill of a video is worth an error": video(
        (0, "create", OK), (5, "status", error("video_billing_error")), (6, "result", OK), ending=raised("bill")
    ),
    "polls go well, and yet no video comes": video(
        (0, "create", error("video_generation_failed")), (1, "create", OK), (5, "status", OK), ending=raised("slow")
    ),
    "the video is still being made": video(
        (0, "create", OK), (5, "status", FAILED), (6, "status", MAKING), ending=raised("slow")
    ),
    "the result says that it is still being made": video(
        (0, "create", OK), (5, "result", FAILED), (6, "result", MAKING), ending=raised("slow")
    ),
    "the caller's deadline passes before it is fetched": video(
        (0, "create", OK), (5, "status", FAILED), (6, "status", DONE), ending=raised("too late", timed_out=True)
    ),
    "a caller that is content with the state": video((0, "create", OK), (5, "status", FAILED), (6, "status", DONE)),
    "the bill of a video that is done": video(
        (0, "create", OK), (5, "status", error("video_billing_error")), (6, "status", DONE), ending=raised("bill")
    ),
    "done without a failure": video((0, "create", OK), (5, "status", MAKING), (9, "status", DONE), ending=OTHER),
    "a success of another kind": call((0, error("invalid_api_key")), step(1, OK, operation="models"), ending=GONE),
}


@table(GUILTY)
def test_finds(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@table(INNOCENT)
def test_leaves_in_peace(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


def test_it_tells_what_is_unlike_the_healthy_result() -> None:
    ending = returned("po", like_healthy=False, unlike="a healthy call returns what the gateway sent, 'pong'")
    (violation,) = RULE.check(call((0, FAILED), (1, OK), ending=ending), CATALOGUE)

    assert isinstance(violation, Violation)
    assert violation.observed == "returned 'po'; a healthy call returns what the gateway sent, 'pong'"
