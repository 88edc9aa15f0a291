from __future__ import annotations

from typing import Any

import pytest

from pytest_ominigate.rules.lost_request_id import RULE
from pytest_ominigate.timeline import Case, Clue

from .timelines import (
    CATALOGUE,
    HTML,
    OK,
    RESET,
    Table,
    call,
    error,
    found,
    must,
    raised,
    returned,
    should,
    step,
    stream_error,
    table,
    video,
)

KEY = error("invalid_api_key")
INTERNAL = error("internal_error")
LOGGED = raised("failed", clues=(Clue(place="log record of 'app'", text="request req_1 failed"),))

GUILTY: Table = {
    "an internal error": (call((0, INTERNAL), ending=raised("internal_error")), must(1)),
    "a picture that timed out": (
        call((0, error("image_generation_timeout")), operation="image", ending=raised("timed out")),
        must(1),
    ),
    "a video's bill": (
        video((0, "create", OK), (5, "status", error("video_billing_error")), ending=raised("bill")),
        must(2),
    ),
    "a video that failed at its creation, though its task was asked for": (
        video(
            (0, "create", INTERNAL),
            step(2, error("missing_parameter"), operation="video.status", model=None, task=None),
            ending=raised("missing_parameter, req_2"),
        ),
        must(1),
    ),
    "another error": (call((0, KEY), ending=raised("invalid_api_key")), should(1)),
    "an unknown code": (call((0, error("brand_new")), ending=raised("brand_new")), should(1)),
    "an id that only begins alike": (call((0, INTERNAL), ending=raised("req_12")), must(1)),
    "an internal error within a stream": (
        call((0, stream_error("internal_error")), operation="chat_stream", ending=raised("internal_error")),
        must(1),
    ),
    "a result that tells of the failure": (
        call((0, INTERNAL), ending=returned(None, like_healthy=False, tells_failure=True)),
        must(1),
    ),
}

INNOCENT: Table = {
    "in the exception": call((0, INTERNAL), ending=raised("internal_error (req_1)")),
    "in the log": call((0, INTERNAL), ending=LOGGED),
    "that of an earlier attempt": call((0, INTERNAL), (1, INTERNAL), ending=raised("req_1")),
    "that of the last": call((0, INTERNAL), (1, INTERNAL), ending=raised("req_2")),
    "no reply was received": call((0, INTERNAL), (1, RESET), ending=raised("reset")),
    "the caller's own deadline": call((0, INTERNAL), ending=raised("timeout", timed_out=True)),
    "the reply had none": call((0, error("internal_error", request_id=False)), ending=raised("internal_error")),
    "an unreadable body": call((0, HTML), ending=raised("502")),
    "recovers": call((0, INTERNAL), (1, OK)),
    "swallowed is swallowed-error": call((0, INTERNAL), ending=returned()),
}


@table(GUILTY)
def test_finds(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@table(INNOCENT)
def test_leaves_in_peace(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@pytest.mark.parametrize("entry", CATALOGUE.entries, ids=lambda entry: entry.code)
def test_the_level_is_the_catalogues(entry: Any) -> None:
    what = call((0, error(entry.code)), operation=entry.operations[0], ending=raised("failed"))

    assert found(RULE, what) == (must(1) if entry.request_id_required else should(1))
