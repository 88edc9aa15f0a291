"""The body of an error reply: built from an entry, and checked against its schema."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from .load import schema
from .names import unknown_name

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

    from .model import ErrorEntry

LIMIT, USED = 10.0, 10.25
"""The spending cap and the spending that an error body tells of where nothing else is asked for, in USD."""

_RESETS = ("daily", "monthly")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_KINDS = {"object": "an object", "string": "a string", "integer": "an integer"}
_LONGEST_SHOWN = 60


def envelope(
    entry: ErrorEntry,
    *,
    now: datetime,
    limit: float | str = LIMIT,
    used: float | str = USED,
    param: str | None = None,
    message: str | None = None,
) -> dict[str, Any]:
    """The JSON body of that error, with all that the gateway documents for it.

    Args:
        entry: the error.
        now: the moment of the reply, aware; a cap's ``resets_at`` follows from it.
        limit: a cap's limit in USD, as a number or a decimal string.
        used: what was spent against it.
        param: the request field at fault, where it is another than the entry's own.
        message: another message than the documented one.

    Raises:
        ValueError: *now* is naive.
    """
    error: dict[str, Any] = {"type": entry.type, "code": entry.code, "message": message or entry.message}
    if param or entry.param:
        error["param"] = param or entry.param
    values: dict[str, Any] = {"limit": limit, "used": used}
    if entry.reset:
        values["resets_at"] = resets_at(entry.reset, now).strftime("%Y-%m-%dT%H:%M:%SZ")
    error.update((name, values[name]) for name in entry.metadata)
    return {"error": error}


def resets_at(reset: str, now: datetime) -> datetime:
    """When a cap is lifted that was met at *now*: the next midnight (``daily``) or the first of the next month, in UTC.

    Args:
        reset: ``daily`` or ``monthly``, as in :attr:`ErrorEntry.reset`.
        now: an aware moment.

    Raises:
        ValueError: *now* is naive, or there is no such *reset*.
    """
    if now.tzinfo is None:
        msg = "the moment must be aware: give it a time zone"
        raise ValueError(msg)
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if reset not in _RESETS:
        raise ValueError(unknown_name("reset", reset, _RESETS))
    if reset == "daily":
        return day + timedelta(days=1)
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def validate(body: object, status: int | None = None) -> tuple[str, ...]:
    """What is wrong with an error body, each problem as ``path: what was expected``; empty where all is well.

    Args:
        body: the decoded JSON body.
        status: the HTTP status it came under; None to look at the body alone.

    Returns:
        The problems, sorted by path.
    """
    if status is None:
        errors = _validator().iter_errors(body)
    else:
        errors = _response_validator().iter_errors({"status": status, "body": body})
    return tuple(sorted({f"{_path(error)}: {_phrase(error)}" for error in errors}))


@cache
def _validator() -> Draft202012Validator:
    from jsonschema import Draft202012Validator, FormatChecker

    checker = FormatChecker(formats=())

    # Without an extra package jsonschema knows no date-time and would let anything pass.
    @checker.checks("date-time", raises=ValueError)
    def is_instant(instance: object) -> bool:
        if not isinstance(instance, str):
            return True
        return bool(_INSTANT.fullmatch(instance) and datetime.fromisoformat(instance))

    return Draft202012Validator(schema("error-envelope"), format_checker=checker)


@cache
def _response_validator() -> Draft202012Validator:
    return cast("Draft202012Validator", _validator().evolve(schema={"$ref": "#/$defs/response"}))


def _path(error: ValidationError) -> str:
    steps = [str(step) for step in error.absolute_path]
    return ".".join(steps[1:] if steps[:1] == ["body"] else steps) or "body"


def _phrase(error: ValidationError) -> str:
    wanted = cast("Any", error.validator_value)
    if error.validator == "required":
        return error.message
    if error.validator == "const":
        expected = json.dumps(wanted)
    elif error.validator == "enum":
        expected = " or ".join(json.dumps(value) for value in wanted)
    elif error.validator == "type":
        expected = _KINDS[wanted]
    else:
        expected = cast("dict[str, Any]", error.schema)["description"]
    return f"expected {expected}{_instead(error.instance)}"


def _instead(value: object) -> str:
    if isinstance(value, dict):
        return ""  # the path has said which
    if isinstance(value, list):
        return ", not an array"
    text = json.dumps(value, default=str)
    return f", not {text}" if len(text) <= _LONGEST_SHOWN else f", not {text[:_LONGEST_SHOWN]}..."
