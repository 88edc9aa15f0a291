from __future__ import annotations

from typing import Any

from pytest_ominigate.rules.swallowed_error import RULE
from pytest_ominigate.timeline import Case, Clue, Ending, EndingKind

from .timelines import (
    HTML,
    OK,
    RESET,
    STOPPED,
    Table,
    call,
    cut,
    error,
    found,
    must,
    raised,
    returned,
    step,
    stream_error,
    table,
    unfinished,
    video,
)

KEY = error("invalid_api_key")
FAILED = error("upstream_failed")
NOTHING = returned(None, like_healthy=False)
TOLD = returned(None, like_healthy=False, tells_failure=True)
CODE = returned("invalid_api_key", like_healthy=False, clues=(Clue(place="result", text="invalid_api_key"),))
LOGGED = returned(None, like_healthy=False, clues=(Clue(place="log record of 'app'", text="invalid_api_key"),))


def exited(message: str = "") -> Ending:
    return Ending(kind=EndingKind.EXITED, summary=f"exited: {message}" if message else "exited")


GUILTY: Table = {
    "exits with a number": (call((0, KEY), ending=exited("3")), must(1)),
    "exits without a word": (call((0, KEY), ending=exited()), must(1)),
    "like a success": (call((0, KEY), ending=returned()), must(1)),
    "nothing at all": (call((0, KEY), ending=NOTHING), must(1)),
    "after retries": (call((0, FAILED), (1, FAILED), (3, FAILED), ending=NOTHING), must(3)),
    "an apology that names no error": (call((0, KEY), ending=returned("Sorry!", like_healthy=False)), must(1)),
    "a log record is no answer": (call((0, KEY), ending=LOGGED), must(1)),
    "a page of HTML": (call((0, HTML), ending=returned("<html>", like_healthy=False)), must(1)),
    "a reset connection": (call((0, RESET), ending=NOTHING), must(1)),
    "an error event in a stream": (call((0, stream_error()), operation="chat_stream", ending=returned("po")), must(1)),
    "a video whose polls fail": (video((0, "create", OK), (5, "status", FAILED), ending=NOTHING), must(2)),
    "one of two callers": (
        call((0, KEY), step(0, KEY, lane=2), ending=[raised("invalid_api_key"), NOTHING]),
        must(2),
    ),
}

INNOCENT: Table = {
    "exits with a message": call((0, KEY), ending=exited("refused by the gateway")),
    "raised": call((0, KEY)),
    "a result that says so": call((0, KEY), ending=TOLD),
    "a result with the code": call((0, KEY), ending=CODE),
    "a retry succeeds": call((0, FAILED), (1, OK)),
    "a fallback succeeds": call((0, FAILED), step(1, OK, model="anthropic/claude")),
    "a success before it": call((0, OK), (1, FAILED), ending=returned()),
    "nobody knows what success looks like": call((0, KEY), ending=returned(None, like_healthy=None)),
    "stopped": call((0, KEY), ending=STOPPED),
    "a cut reply is truncated-success": call((0, cut()), ending=returned("po")),
    "and so is a stream without its end": call((0, unfinished()), operation="chat_stream", ending=returned("po")),
    "a video that is there in the end": video(
        (0, "create", OK), (5, "status", FAILED), (6, "status", OK), (7, "result", OK), ending=returned("url")
    ),
    "a look at the models fails": call(step(0, FAILED, operation="models"), (1, OK)),
    "nothing was sent": call(ending=returned()),
}


@table(GUILTY)
def test_finds(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@table(INNOCENT)
def test_leaves_in_peace(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected
