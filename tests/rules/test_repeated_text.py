from __future__ import annotations

from typing import Any

from pytest_ominigate.rules.repeated_text import RULE
from pytest_ominigate.timeline import Case

from .timelines import (
    ONE,
    TWO,
    Table,
    call,
    cut,
    found,
    returned,
    several,
    should,
    step,
    stream_error,
    success,
    table,
    unfinished,
)

WHOLE = success("pong")

GUILTY: Table = {
    "the part and the whole": (
        call((0, cut()), (1, WHOLE), operation="chat_stream", ending=returned("popong")),
        should(2),
    ),
    "unlike the healthy one": (
        call((0, unfinished()), (1, WHOLE), operation="chat_stream", ending=returned("popong", like_healthy=False)),
        should(2),
    ),
    "after an error event": (
        call((0, stream_error()), (1, WHOLE), operation="chat_stream", ending=returned("po pong")),
        should(2),
    ),
    "two parts": (
        call((0, cut()), (1, cut()), (3, WHOLE), operation="chat_stream", ending=returned("popopong")),
        should(3),
    ),
}

INNOCENT: Table = {
    "two answers that begin alike": several(
        call(
            step(0, cut(), body=ONE),
            step(1, WHOLE, body=ONE),
            step(1, WHOLE, body=TWO),
            operation="chat_stream",
            ending=returned("pong and pong"),
        ),
        ONE,
        TWO,
    ),
    "the whole": call((0, cut()), (1, WHOLE), operation="chat_stream", ending=returned("pong")),
    "the part was skipped": call((0, cut()), (1, WHOLE), operation="chat_stream", ending=returned("pong!")),
    "an answer that repeats itself": call(
        (0, cut("po")), (1, success("popo")), operation="chat_stream", ending=returned("popo")
    ),
    "nothing was delivered": call((0, cut("")), (1, WHOLE), operation="chat_stream", ending=returned("pong")),
    "blanks only": call((0, cut(" ")), (1, success("p o n g")), operation="chat_stream", ending=returned("p o n g ")),
    "a cut body that is no stream": call((0, cut()), (1, WHOLE), ending=returned("popong")),
    "no text": call((0, cut()), (1, WHOLE), operation="chat_stream", ending=returned(None)),
    "the retry broke as well": call((0, cut()), (1, cut()), operation="chat_stream", ending=returned("popo")),
}


@table(GUILTY)
def test_finds(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@table(INNOCENT)
def test_leaves_in_peace(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected
