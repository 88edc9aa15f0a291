from __future__ import annotations

from typing import Any

from pytest_ominigate.rules.changed_request import RULE
from pytest_ominigate.timeline import Case

from .timelines import (
    CATALOGUE,
    HTML,
    OK,
    ONE,
    RESET,
    STREAMED,
    THREE,
    TWO,
    WHOLE,
    Table,
    call,
    cut,
    error,
    found,
    must,
    several,
    should,
    step,
    stream_error,
    table,
    unfinished,
    video,
)

FAILED = error("upstream_failed")
IMAGE = error("image_generation_failed")
PING = [{"role": "user", "content": "ping"}]
SHORTER = {"model": "openai/gpt-4o", "messages": PING, "max_tokens": 16}
OTHER = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "pong"}]}
REORDERED = {"messages": PING, "model": "openai/gpt-4o"}
TOKENS = error("tpm_rate_limited")
SHORTEST = {**SHORTER, "max_tokens": 8}
SMALL = {"model": "openai/gpt-4o", "prompt": "a hut"}

GUILTY: Table = {
    "one of several questions": (
        several(call(step(0, FAILED, body=ONE), step(1, OK, body=THREE), step(1, OK, body=TWO)), ONE, TWO),
        should(2),
    ),
    "shorter": (call((0, FAILED), step(1, OK, body=SHORTER)), should(2)),
    "at the third request": (call((0, FAILED), (1, FAILED), step(3, OK, body=SHORTER)), should(3)),
    "after a rate limit": (call((0, error("rate_limited")), step(1, OK, body=SHORTER)), should(2)),
    "after a stream that broke": (call((0, cut()), step(1, OK, body=SHORTER), operation="chat_stream"), must(2)),
    "after a stream without its end": (
        call((0, unfinished()), step(1, OK, body=SHORTER), operation="chat_stream"),
        must(2),
    ),
    "after an error event": (call((0, stream_error()), step(1, OK, body=SHORTER), operation="chat_stream"), must(2)),
    "whole instead of streamed": (
        call(step(0, cut(), body=STREAMED), step(1, OK, operation="chat", body=WHOLE), operation="chat_stream"),
        should(2),
    ),
    "streamed in another way": (
        call(
            step(0, cut(), body=STREAMED),
            step(1, OK, body=STREAMED | {"stream_options": {"include_usage": True}}),
            operation="chat_stream",
        ),
        should(2),
    ),
    "whole instead of streamed, and shorter": (
        call(step(0, cut(), body=STREAMED), step(1, OK, operation="chat", body=SHORTER), operation="chat_stream"),
        must(2),
    ),
    "whole instead of streamed, and shorter, where no stream had begun": (
        call(step(0, FAILED, body=STREAMED), step(1, OK, operation="chat", body=SHORTER), operation="chat_stream"),
        should(2),
    ),
    "a simpler picture at once": (call((0, IMAGE), step(1, OK, body=SMALL), operation="image"), should(2)),
    "fewer tokens at once": (call((0, TOKENS), step(1, OK, body=SHORTER)), should(2)),
    "fewer tokens later, under a limit of another kind": (
        call((0, TOKENS), (1, error("rpm_rate_limited")), step(3, OK, body=SHORTER)),
        should(3),
    ),
    "fewer tokens at once, though another question was tried again": (
        several(
            call(
                step(0, TOKENS, body=ONE), step(1, TOKENS, body=ONE), step(1, TOKENS, body=TWO), step(3, OK, body=THREE)
            ),
            ONE,
            TWO,
        ),
        should(4),
    ),
    "changed twice, told once": (
        call((0, FAILED), step(1, FAILED, body=SHORTER), step(3, OK, body=OTHER)),
        should(2),
    ),
    "by hand, the same question": (call((0, FAILED), step(1, OK, body=SHORTER), scenario="marked"), should(2)),
}

INNOCENT: Table = {
    "one question after the other": several(
        call(step(0, FAILED, body=ONE), step(1, FAILED, body=ONE), step(3, OK, body=TWO)), ONE, TWO
    ),
    "unchanged": call((0, FAILED), (1, OK)),
    "members in another order": call((0, FAILED), step(1, OK, body=REORDERED)),
    "another model": call((0, FAILED), step(1, OK, model="anthropic/claude")),
    "another key": call((0, FAILED), step(1, OK, key="key 2", body=SHORTER)),
    "after a 400": call((0, error("invalid_request")), step(1, OK, body=SHORTER)),
    "after a cost limit": call((0, error("request_cost_limit")), step(1, OK, body=SHORTER)),
    "after an error event that asks for a change": call(
        (0, stream_error("invalid_request")), step(1, OK, body=SHORTER), operation="chat_stream"
    ),
    "a simpler picture after a retry": call((0, IMAGE), (1, IMAGE), step(3, OK, body=SMALL), operation="image"),
    "a simpler video after a retry": video(
        (0, "create", error("video_generation_failed")),
        (1, "create", error("video_generation_failed")),
        step(3, OK, operation="video.create", model="google/veo-2", body={"model": "google/veo-2", "prompt": "p"}),
    ),
    "fewer tokens after a retry": call((0, TOKENS), (1, TOKENS), step(3, OK, body=SHORTER)),
    "and fewer still": call((0, TOKENS), (1, TOKENS), step(3, TOKENS, body=SHORTER), step(7, OK, body=SHORTEST)),
    "a reset connection": call((0, RESET), step(1, OK, body=SHORTER)),
    "a cut body that is no stream": call((0, cut()), step(1, OK, body=SHORTER)),
    "an unreadable body": call((0, HTML), step(1, OK, body=SHORTER)),
    "another request after a success": call((0, FAILED), (1, OK), step(2, OK, body=SHORTER)),
    "whole instead of streamed, where no stream had begun": call(
        step(0, FAILED, body=STREAMED), step(1, OK, operation="chat", body=WHOLE), operation="chat_stream"
    ),
    "by hand, an answer in another form": call(
        step(0, cut(), body=STREAMED),
        step(1, OK, operation="chat", body=SHORTER),
        operation="chat_stream",
        scenario="marked",
    ),
    "by hand, another question": call((0, FAILED), step(1, OK, body=OTHER), scenario="marked"),
    "another caller's request": call((0, FAILED), step(1, OK, body=SHORTER, lane=2), (1, OK)),
}


@table(GUILTY)
def test_finds(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@table(INNOCENT)
def test_leaves_in_peace(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


def test_the_finding_names_the_members() -> None:
    (finding,) = RULE.check(call((0, FAILED), step(1, OK, body=SHORTER)), CATALOGUE)

    assert finding.observed == "request 2 differs in max_tokens"  # type: ignore[union-attr]
