from __future__ import annotations

from typing import Any

from pytest_ominigate.rules.lost_code import RULE
from pytest_ominigate.timeline import Case, Clue

from .timelines import (
    HTML,
    OK,
    RESET,
    STOPPED,
    Step,
    Table,
    call,
    cut,
    error,
    found,
    raised,
    returned,
    should,
    step,
    stream_error,
    table,
    video,
)

KEY = error("invalid_api_key")
FAILED = error("upstream_failed")
LOGGED = raised("status 401", clues=(Clue(place="log record of 'app'", text="invalid_api_key"),))
TELLING = returned(None, like_healthy=False, tells_failure=True)
TELLING_CODE = returned(
    None, like_healthy=False, tells_failure=True, clues=(Clue(place="result.code", text="invalid_api_key"),)
)


def poll_of_nothing(at: float) -> Step:
    """A look at a task without an id, which the gateway refuses."""
    return step(at, error("missing_parameter"), operation="video.status", model=None, task=None)


GUILTY: Table = {
    "only the status": (call((0, KEY), ending=raised("HTTP 401")), should(1)),
    "only in a log": (call((0, KEY), ending=LOGGED), should(1)),
    "a longer code is another": (call((0, error("not_found")), ending=raised("model_not_found")), should(1)),
    "a result without it": (call((0, KEY), ending=TELLING), should(1)),
    "an unknown code": (call((0, error("brand_new")), ending=raised("HTTP 500")), should(1)),
    "an error event in a stream": (
        call((0, stream_error()), operation="chat_stream", ending=raised("stream broke")),
        should(1),
    ),
    "a class that names another error": (
        call((0, error("rate_limited")), ending=raised("429", lineage=("openai.RateLimitError", "builtins.Exception"))),
        should(1),
    ),
    "the first error's code, though the last is another": (
        call((0, FAILED), (1, KEY), ending=raised("upstream_failed")),
        should(2),
    ),
    "a task asked for that was never created": (
        video((0, "create", KEY), poll_of_nothing(2), ending=raised("missing_parameter")),
        should(1),
    ),
    "exits": (call((0, KEY), ending=raised("401")), should(1)),
}

INNOCENT: Table = {
    "a task asked for that was never created, and the code of that": video(
        (0, "create", KEY), poll_of_nothing(2), ending=raised("invalid_api_key")
    ),
    "a task that was created, but is not named": video(
        (0, "create", OK), poll_of_nothing(2), ending=raised("missing_parameter")
    ),
    "a task that was made before": video(
        (0, "create", KEY), (2, "status", error("not_found")), ending=raised("not_found")
    ),
    "in the message": call((0, KEY), ending=raised("invalid_api_key: no")),
    "in the body": call((0, KEY), ending=raised('{"error":{"code":"invalid_api_key"}}')),
    "the class is named for it": call(
        (0, KEY), ending=raised("401", lineage=("app.InvalidApiKeyError", "builtins.Exception"))
    ),
    "an exception it chains to is": call(
        (0, KEY), ending=raised("401", lineage=("app.Failed", "builtins.Exception", "from app.InvalidAPIKey"))
    ),
    "a result with it": call((0, KEY), ending=TELLING_CODE),
    "an error event in a stream": call((0, stream_error()), operation="chat_stream"),
    "the code of the model that was tried first": call(
        (0, FAILED), (1, FAILED), step(2, error("model_not_found"), model="b"), ending=raised("upstream_failed")
    ),
    "the caller's own deadline": call((0, FAILED), ending=raised("timeout", timed_out=True)),
    "recovers": call((0, FAILED), (1, OK)),
    "swallowed is swallowed-error": call((0, KEY), ending=returned(None, like_healthy=False)),
    "an unreadable body has no code": call((0, HTML), ending=raised("502")),
    "a reset connection has none": call((0, RESET), ending=raised("reset")),
    "a cut reply has none": call((0, cut()), ending=raised("cut")),
    "stopped": call((0, KEY), ending=STOPPED, stopped=True),
}


@table(GUILTY)
def test_finds(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@table(INNOCENT)
def test_leaves_in_peace(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected
