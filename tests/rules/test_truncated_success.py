from __future__ import annotations

from typing import Any

from pytest_ominigate.rules.truncated_success import RULE
from pytest_ominigate.timeline import Case

from .timelines import (
    OK,
    RESET,
    STOPPED,
    UNKNOWN,
    Table,
    call,
    cut,
    found,
    must,
    raised,
    returned,
    should,
    step,
    stream_error,
    table,
    unfinished,
)

PART = returned("po", like_healthy=False)

GUILTY: Table = {
    "half a stream": (call((0, cut()), operation="chat_stream", ending=PART), must(1)),
    "half a body": (call((0, cut("")), ending=returned("{", like_healthy=False)), must(1)),
    "nothing, as if that were all": (call((0, cut()), ending=returned(None, like_healthy=False)), must(1)),
    "even one that looks healthy": (call((0, cut()), operation="chat_stream", ending=returned("po")), must(1)),
    "after a retry": (call((0, cut()), (1, cut()), operation="chat_stream", ending=PART), must(2)),
    "a stream without its end": (call((0, unfinished()), operation="messages_stream", ending=PART), should(1)),
    "by hand, with the part in the text": (
        call((0, cut()), operation="chat_stream", ending=returned("Answer: po", like_healthy=None), scenario="marked"),
        must(1),
    ),
}

INNOCENT: Table = {
    "raised": call((0, cut()), operation="chat_stream", ending=raised("broken")),
    "a result that says so": call((0, cut()), ending=returned("po", like_healthy=False, tells_failure=True)),
    "a retry is whole": call((0, cut()), (1, OK), operation="chat_stream"),
    "the other dialect's stream is whole": call(
        (0, cut()), step(1, OK, operation="messages_stream"), operation="chat_stream", ending=returned()
    ),
    "by hand, and nothing is known of the result": call(
        (0, cut()), operation="chat_stream", ending=returned(None, like_healthy=None), scenario="marked"
    ),
    "a reset connection is swallowed-error": call((0, RESET), ending=returned()),
    "an error event is swallowed-error": call((0, stream_error()), operation="chat_stream", ending=returned("po")),
    "stopped": call((0, cut()), ending=STOPPED, stopped=True),
    "whole": call((0, OK)),
}


@table(GUILTY)
def test_finds(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


def test_accuses_nobody_on_a_guess() -> None:
    part = returned("po", like_healthy=False, unclear=True)

    assert found(RULE, call((0, cut()), operation="chat_stream", ending=part)) == UNKNOWN


@table(INNOCENT)
def test_leaves_in_peace(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected
