"""What the tests of endings share: the gateway's refusals, and shorthands for building and reading an ending."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pytest_ominigate.timeline import Clue, Ending, EndingKind, Reply, ReplyKind
from pytest_ominigate.trial.ending import build
from pytest_ominigate.trial.snapshot import snapshot

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Iterable

KEY = "sk-omg-0123456789abcdef"
REQUEST_ID = "req_omg_000007"
MESSAGE = "The model does not exist."
ENVELOPE = {
    "error": {"type": "invalid_request_error", "code": "invalid_model", "message": MESSAGE, "param": "model"},
}
BODY = json.dumps(ENVELOPE).encode()
HEADERS = {"Content-Type": "application/json", "X-Request-Id": REQUEST_ID}
STATUS = 400

INVALID_MODEL = Reply(
    kind=ReplyKind.ERROR,
    status=STATUS,
    type="invalid_request_error",
    code="invalid_model",
    param="model",
    message=MESSAGE,
    request_id=REQUEST_ID,
)
RATE_LIMITED = Reply(
    kind=ReplyKind.ERROR,
    status=429,
    type="rate_limit_error",
    code="rate_limited",
    message="Too many requests.",
    request_id="req_omg_000001",
)
IMAGE_TIMEOUT = Reply(
    kind=ReplyKind.ERROR,
    status=504,
    type="upstream_error",
    code="image_generation_timeout",
    message="The image took too long.",
    request_id="req_omg_000002",
)


def raised(call: Callable[[], object]) -> BaseException:
    """What *call* raises."""
    try:
        call()
    except BaseException as exc:
        return exc
    raise AssertionError("nothing was raised")


def ending_of(
    exc: BaseException, *, log_records: Iterable[logging.LogRecord] = (), replies: tuple[Reply, ...] = ()
) -> Ending:
    """The ending of a call that raised *exc*."""
    return build(EndingKind.RAISED, exc, log_records=log_records, secrets=(KEY,), replies=replies)


def ending_with(
    result: object,
    *,
    healthy: object,
    replies: tuple[Reply, ...] = (RATE_LIMITED,),
    tokens: tuple[str, ...] = ("pong",),
) -> Ending:
    """The ending of a call that returned *result*, where a healthy one returns *healthy*."""
    return build(EndingKind.RETURNED, result, healthy=snapshot(healthy), replies=replies, tokens=tokens)


def readable(ending: Ending) -> tuple[bool, bool, bool]:
    """Whether the invalid model's code, its request id, and its param (as a text of its own) can be read."""
    param = any(clue.text == "model" or "'param': 'model'" in clue.text for clue in ending.clues)
    return ending.reads("invalid_model"), ending.reads(REQUEST_ID), param


def where(ending: Ending, text: str) -> list[str]:
    """The places at which exactly *text* stands."""
    return [clue.place for clue in ending.clues if clue == Clue(place=clue.place, text=text)]
