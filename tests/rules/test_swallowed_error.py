from __future__ import annotations

from typing import Any

from pytest_ominigate.rules.base import Inconclusive
from pytest_ominigate.rules.swallowed_error import RULE
from pytest_ominigate.timeline import Case, Clue, Ending, EndingKind

from .timelines import (
    CATALOGUE,
    HTML,
    OK,
    RESET,
    STOPPED,
    UNKNOWN,
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


LATE = raised("not ready after 15 minutes", lineage=("builtins.TimeoutError", "builtins.Exception"), timed_out=True)


def late(*texts: str) -> Ending:
    """A timeout of the caller's own that says more."""
    return raised(*texts, lineage=LATE.lineage, timed_out=True)


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
    "a worker dies of it, and its caller waits": (call((0, KEY), ending=LATE, idle=600), must(1)),
    "a watcher of a video dies of it": (
        video((0, "create", OK), (5, "status", error("not_found")), ending=LATE, idle=895),
        must(2),
    ),
    "a worker dies of it after retries of another error": (call((0, FAILED), (1, KEY), ending=LATE, idle=61), must(2)),
    "a worker dies of it and leaves a log record": (
        call((0, KEY), ending=raised(lineage=LATE.lineage, timed_out=True, clues=LOGGED.clues), idle=600),
        must(1),
    ),
    "the other dialect fails as well": (
        call((0, FAILED), step(2, FAILED, operation="messages"), ending=NOTHING),
        must(2),
    ),
    "a text in place of a picture": (
        call((0, FAILED), step(2, OK, operation="chat"), operation="image", ending=NOTHING),
        must(1),
    ),
    "one of two callers": (
        call((0, KEY), step(0, KEY, lane=2), ending=[raised("invalid_api_key"), NOTHING]),
        must(2),
    ),
}

UNCLEAR: Table = {
    "a result that nobody understands": (
        call((0, KEY), ending=returned("kein Netz", like_healthy=False, unclear=True)),
        UNKNOWN,
    ),
    "but the code in it is understood": call(
        (0, KEY), ending=returned(None, like_healthy=False, unclear=True, clues=CODE.clues)
    ),
    "and where a request succeeded, there is nothing to tell": call(
        (0, FAILED), (1, OK), ending=returned("kein Netz", like_healthy=False, unclear=True)
    ),
    "nor here where truncated-success speaks": call((0, cut()), ending=returned(like_healthy=False, unclear=True)),
}

INNOCENT: Table = {
    "exits with a message": call((0, KEY), ending=exited("refused by the gateway")),
    "raised": call((0, KEY)),
    "a result that says so": call((0, KEY), ending=TOLD),
    "a result with the code": call((0, KEY), ending=CODE),
    "a retry succeeds": call((0, FAILED), (1, OK)),
    "a fallback succeeds": call((0, FAILED), step(1, OK, model="anthropic/claude")),
    "a fallback to the other dialect succeeds": call(
        (0, FAILED), (1, FAILED), step(2, OK, operation="messages"), ending=returned()
    ),
    "a success before it": call((0, OK), (1, FAILED), ending=returned()),
    "nobody knows what success looks like": call((0, KEY), ending=returned(None, like_healthy=None)),
    "stopped": call((0, KEY), ending=STOPPED),
    "a cut reply is truncated-success": call((0, cut()), ending=returned("po")),
    "and so is a stream without its end": call((0, unfinished()), operation="chat_stream", ending=returned("po")),
    "a video that is there in the end": video(
        (0, "create", OK), (5, "status", FAILED), (6, "status", OK), (7, "result", OK), ending=returned("url")
    ),
    "a look at the models fails": call(step(0, FAILED, operation="models"), (1, OK)),
    "its own deadline, as soon as the error came": call((0, KEY), ending=LATE, idle=0.5),
    "its own deadline a minute later": call((0, KEY), ending=LATE, idle=60),
    "its own deadline, with the code": call((0, KEY), ending=late("invalid_api_key"), idle=600),
    "its own deadline, with the message": call((0, KEY), ending=late("last: Invalid API key provided."), idle=600),
    "its own deadline, with the status": call((0, KEY), ending=late("last: HTTP 401"), idle=600),
    "its own deadline, with the type": call((0, KEY), ending=late("authentication_error"), idle=600),
    "its own deadline, with the request id": call((0, KEY), ending=late("see req_1"), idle=600),
    "its own deadline, while it backed off": call((0, FAILED), (9, FAILED), ending=LATE, idle=600),
    "its own deadline, while it waited for the reset": call(
        (0, error("key_daily_limit", resets_in=9999)), ending=LATE, idle=600
    ),
    "its own deadline, while it waited as asked": call((0, error("not_found", after=900)), ending=LATE, idle=600),
    "its own deadline after an outcome that is unknown": call(
        (0, error("image_generation_timeout")), operation="image", ending=LATE, idle=600
    ),
    "its own deadline after a code that is not documented": call((0, error("brand_new")), ending=LATE, idle=600),
    "its own deadline after a page of HTML": call((0, HTML), ending=LATE, idle=600),
    "its own deadline after a request that it could still send": call(
        (0, KEY), step(0, FAILED, key="key 2"), ending=LATE, idle=600
    ),
    "its own deadline, by hand": call((0, KEY), ending=LATE, idle=600, scenario="marked"),
    "another error, late": call((0, KEY), ending=raised("401"), idle=600),
    "two callers of whom nobody knows when each ended": call(
        (0, KEY), step(0, KEY, lane=2), ending=[LATE, raised("401")], idle=600
    ),
    "nothing was sent": call(ending=returned()),
}


@table(GUILTY)
def test_finds(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@table(UNCLEAR)
def test_accuses_nobody_on_a_guess(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


def test_it_says_what_would_help() -> None:
    ending = returned("kein Netz", like_healthy=False, unclear=True)
    (finding,) = RULE.check(call((0, KEY), ending=ending), CATALOGUE)

    assert isinstance(finding, Inconclusive)
    assert finding.reason == (
        "returned 'kein Netz', which says something that a healthy one does not, and it is not known whether that "
        "tells of the failure: let it name the error's code, or raise"
    )


@table(INNOCENT)
def test_leaves_in_peace(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected
