from __future__ import annotations

from typing import Any

from pytest_ominigate.rules.gave_up_early import RULE
from pytest_ominigate.timeline import Case

from .timelines import (
    HTML,
    OK,
    ONE,
    RESET,
    STOPPED,
    STREAMED,
    TWO,
    WHOLE,
    Table,
    call,
    cut,
    error,
    found,
    must,
    raised,
    returned,
    several,
    should,
    step,
    stream_error,
    table,
    unfinished,
    video,
)

LIMIT = error("rate_limited")
FAILED = error("upstream_failed")
INTERNAL = error("internal_error")
TIMED_OUT = raised("timeout", timed_out=True)

CLAUDE = "anthropic/claude"
ASKED = {"messages": [{"role": "user", "content": "ping"}]}
HERE = {"model": "openai/gpt-4o", **ASKED}
THERE = {"model": CLAUDE, **ASKED, "max_tokens": 100}
BRIEF = {"model": CLAUDE, "messages": [{"role": "user", "content": "name this chat"}]}


def race(*steps: Any, **facts: Any) -> Case:
    return several(call(*steps, **facts), HERE, THERE)


GUILTY: Table = {
    "one of two models, and the caller lacks its answer": (
        race(
            step(0, LIMIT, body=HERE),
            step(0, OK, body=THERE, model=CLAUDE),
            ending=returned("pong", like_healthy=False),
        ),
        must(1),
    ),
    "one of two models, though the other had answered long before": (
        race(step(0, OK, body=THERE, model=CLAUDE), step(9, LIMIT, body=HERE), ending=returned()),
        must(2),
    ),
    "another model is asked something else": (
        several(call(step(0, LIMIT, body=HERE), step(0, OK, body=BRIEF, model=CLAUDE)), HERE, BRIEF),
        must(1),
    ),
    "the first of two questions": (several(call(step(0, LIMIT, body=ONE), step(0, OK, body=TWO)), ONE, TWO), must(1)),
    "a rate limit at the first request": (call((0, LIMIT)), must(1)),
    "an upstream failure at the first": (call((0, FAILED)), must(1)),
    "two requests where three are advised": (call((0, FAILED), (1, FAILED)), should(2)),
    "an internal error, twice": (call((0, INTERNAL), (1, INTERNAL)), should(2)),
    "a picture at the first": (call((0, error("image_generation_failed")), operation="image"), must(1)),
    "a video at the first": (video((0, "create", error("video_task_id_missing"))), must(1)),
    "a poll at its first failure": (video((0, "create", OK), (5, "status", OK), (10, "status", FAILED)), must(3)),
    "the result at its first failure": (video((0, "create", OK), (5, "status", OK), (6, "result", FAILED)), must(3)),
    "Retry-After asks for half a minute sharp": (call((0, error("rate_limited", after=30))), must(1)),
    "as a date": (call((0, error("rate_limited", date=20))), must(1)),
    "an unreadable Retry-After leaves the ordinary backoff": (
        call((0, error("rate_limited", header="soon"))),
        should(1),
    ),
    "the failure is swallowed as well": (call((0, FAILED), ending=returned()), must(1)),
    "two requests, one of them without streaming": (
        call(step(0, FAILED, body=STREAMED), step(1, FAILED, operation="chat", body=WHOLE), operation="chat_stream"),
        should(2),
    ),
    "a fallback to another model instead of a retry": (
        call((0, FAILED), step(0, OK, model="anthropic/claude")),
        should(1),
    ),
    "another key instead of a retry": (call((0, LIMIT), step(0, OK, key="key 2")), should(1)),
    "a dropped stream is surfaced": (call((0, cut()), operation="chat_stream", ending=raised("broken")), should(1)),
    "a stream without its end is surfaced": (
        call((0, unfinished()), operation="messages_stream", ending=raised("broken")),
        should(1),
    ),
    "an error event is surfaced": (call((0, stream_error()), operation="chat_stream"), should(1)),
    "only the second of two lanes": (call((0, LIMIT), (1, OK), step(0, LIMIT, lane=2)), must(3)),
    "after another error that was retried": (call((0, LIMIT), (1, FAILED)), should(2)),
}

INNOCENT: Table = {
    "a race of two models that the other one wins": race(
        step(0, LIMIT, body=HERE), step(0, OK, body=THERE, model=CLAUDE)
    ),
    "that it wins by another step": race(
        step(0, LIMIT, body=HERE),
        step(0, LIMIT, body=THERE, model=CLAUDE),
        step(1, OK, body=THERE, model=CLAUDE),
    ),
    "whichever is seen first": race(
        step(0, OK, body=THERE, model=CLAUDE), step(0, LIMIT, body=HERE), ending=returned()
    ),
    "two questions, and one of them is called off as the other is refused": several(
        call(step(0, FAILED, body=ONE), step(0, error("invalid_request"), body=TWO)), ONE, TWO
    ),
    "three requests": call((0, FAILED), (1, FAILED), (3, FAILED)),
    "two requests under a rate limit": call((0, LIMIT), (1, LIMIT)),
    "recovers": call((0, FAILED), (1, OK)),
    "a permanent error": call((0, error("invalid_api_key"))),
    "a transient one that ends in a permanent one": call((0, LIMIT), (1, FAILED), (3, error("insufficient_balance"))),
    "Retry-After asks for more than half a minute": call((0, error("rate_limited", after=31))),
    "Retry-After asks for an hour": call((0, LIMIT), (1, error("rate_limited", after=3600))),
    "as a date far ahead": call((0, error("rate_limited", date=120))),
    "the caller's own deadline": call((0, FAILED), ending=TIMED_OUT),
    "stopped by the harness": call((0, FAILED), ending=STOPPED, stopped=True),
    "a fallback after the retries": call((0, FAILED), (1, FAILED), (3, FAILED), step(4, OK, model="anthropic/claude")),
    "which fails as well": call((0, FAILED), (1, FAILED), (3, FAILED), step(4, FAILED, model="anthropic/claude")),
    "every key is tried": call((0, LIMIT), (1, LIMIT), step(2, LIMIT, key="key 2")),
    "the poll is tried again": video((0, "create", OK), (5, "status", FAILED), (6, "status", OK), (7, "result", OK)),
    "the task is asked for in another way": video((0, "create", OK), (5, "status", FAILED), (6, "result", OK)),
    "a changed body is changed-request's": call(
        (0, FAILED), step(1, FAILED, body={"messages": []}), step(3, FAILED, body={"messages": [1]})
    ),
    "a reset connection": call((0, RESET)),
    "a cut body": call((0, cut())),
    "an unreadable body": call((0, HTML)),
    "an unknown code": call((0, error("new", error_type="rate_limit_error"))),
    "a dropped stream is sent again": call((0, cut()), (1, cut()), operation="chat_stream"),
    "another request after a dropped stream, which is dropped too": call(
        (0, cut()), step(1, cut(), body={"max_tokens": 5}), operation="chat_stream", ending=raised("broken")
    ),
    "a dropped stream that is taken for whole is truncated-success": call(
        (0, unfinished()), operation="chat_stream", ending=returned("po")
    ),
    "a look at the models": call(step(0, error("upstream_failed"), operation="models"), (1, OK)),
    "the stream is asked for as a whole": call((0, FAILED), step(1, OK, operation="chat"), operation="chat_stream"),
    "unsafe-retry speaks of the video made anew": video(
        (0, "create", OK), (5, "status", FAILED), (6, "create", OK), (11, "status", OK)
    ),
}


@table(GUILTY)
def test_finds(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@table(INNOCENT)
def test_leaves_in_peace(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected
