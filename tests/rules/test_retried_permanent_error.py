from __future__ import annotations

from typing import Any

import pytest

from pytest_ominigate.catalogue import Duty
from pytest_ominigate.rules.retried_permanent_error import RULE
from pytest_ominigate.timeline import Case

from .timelines import (
    CATALOGUE,
    HTML,
    OK,
    RESET,
    STREAMED,
    WHOLE,
    Table,
    call,
    error,
    found,
    must,
    several,
    step,
    stream_error,
    table,
    video,
)

KEY = error("invalid_api_key")
BAD = error("invalid_request")
COST = error("request_cost_limit")
CHEAPER = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "p"}], "max_tokens": 5}

GUILTY: Table = {
    "a refused key is tried again": (call((0, KEY), (1, KEY)), must(2)),
    "and again: one cause, one finding": (call((0, KEY), (1, KEY), (3, KEY)), must(2)),
    "even a success does not excuse it": (call((0, KEY), (1, OK)), must(2)),
    "a day later": (call((0, error("insufficient_balance")), (86400, OK)), must(2)),
    "the stop in a mixed sequence is overrun": (
        call((0, error("rate_limited")), (1, error("upstream_failed")), (3, error("insufficient_balance")), (7, OK)),
        must(4),
    ),
    "another key in between": (call((0, KEY), step(0, KEY, key="key 2"), (1, KEY)), must(3)),
    "a poll with a refused key goes on": (video((0, "create", OK), (5, "status", KEY), (10, "status", OK)), must(3)),
    "a request that costs too much, unchanged": (call((0, COST), (1, OK)), must(2)),
    "the same without streaming": (
        call(step(0, KEY, body=STREAMED), step(0, OK, operation="chat", body=WHOLE), operation="chat_stream"),
        must(2),
    ),
    "the same, now streaming": (
        call(step(0, KEY, body=WHOLE), step(0, OK, operation="chat_stream", body=STREAMED)),
        must(2),
    ),
    "a malformed request, unchanged after a try without streaming": (
        call(
            step(0, BAD, body=STREAMED),
            step(0, BAD, operation="chat", body=WHOLE),
            step(1, BAD, body=STREAMED),
            operation="chat_stream",
        ),
        must(3),
    ),
    "in the second of two lanes": (
        call((0, KEY), step(0, KEY, lane=2), step(1, KEY, lane=2)),
        must(3),
    ),
    "an error event in a stream": (
        call((0, stream_error("invalid_request")), (1, OK), operation="chat_stream"),
        must(2),
    ),
}

INNOCENT: Table = {
    "surfaced at once": call((0, KEY)),
    "another key": call((0, KEY), step(0, OK, key="key 2")),
    "a changed body after a 400": call((0, BAD), step(0, OK, body=CHEAPER)),
    "a cheaper request": call((0, COST), step(0, OK, body=CHEAPER)),
    "a malformed request without streaming": call(
        step(0, BAD, body=STREAMED), step(0, OK, operation="chat", body=WHOLE), operation="chat_stream"
    ),
    "one that costs too much, without streaming": call(
        step(0, COST, body=STREAMED), step(0, OK, operation="chat", body=WHOLE), operation="chat_stream"
    ),
    "without streaming, with another key": call(
        step(0, KEY, body=STREAMED), step(0, OK, operation="chat", body=WHOLE, key="key 2"), operation="chat_stream"
    ),
    "without streaming, another question": call(
        step(0, KEY, body=STREAMED), step(0, OK, operation="chat", body=CHEAPER), operation="chat_stream"
    ),
    "a call that asks both ways by itself": several(
        call(step(0, KEY, body=STREAMED), step(0, OK, operation="chat", body=WHOLE), operation="chat_stream"),
        STREAMED,
        WHOLE,
    ),
    "a test by hand that asks both ways": call(
        step(0, KEY, body=STREAMED),
        step(0, OK, operation="chat", body=WHOLE),
        operation="chat_stream",
        scenario="marked",
    ),
    "another caller's without streaming": call(
        step(0, KEY, body=STREAMED), step(0, OK, operation="chat", body=WHOLE, lane=2), operation="chat_stream"
    ),
    "another model": call((0, error("model_not_found")), step(0, OK, model="openai/gpt-5")),
    "the retry of a transient error": call((0, error("upstream_failed")), (1, OK)),
    "until_reset is another rule's": call((0, error("key_daily_limit", resets_in=60)), (1, OK)),
    "an unknown outcome is another rule's": call((0, error("image_generation_timeout")), (1, OK), operation="image"),
    "an unknown code is another rule's": call((0, error("new", error_type="authentication_error")), (1, OK)),
    "a body that nobody can read": call((0, HTML), (1, OK)),
    "a reset connection": call((0, RESET), (1, OK)),
    "the same request after a success": call((0, OK), (1, OK)),
    "two callers with one refusal each": call((0, KEY), step(0, KEY, lane=2)),
    "polling after the cost limit is polled-after-stop": video(
        (0, "create", OK), (5, "status", COST), (10, "status", COST)
    ),
    "a look at the models in between": call((0, KEY), step(0, OK, operation="models")),
}


@table(GUILTY)
def test_finds(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@table(INNOCENT)
def test_leaves_in_peace(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@pytest.mark.parametrize("entry", [each for each in CATALOGUE if each.duty is Duty.FAIL], ids=lambda each: each.code)
def test_every_permanent_error_is_judged(entry: Any) -> None:
    answer = error(entry.code)

    assert found(RULE, call((0, answer), (1, answer), operation=entry.operations[0])) == must(2)
