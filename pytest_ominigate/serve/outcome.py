"""What the caller got, as its test tells it: from JSON to an ending that the rules can judge."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..catalogue import unknown_name
from ..timeline import Attempt, Ending, EndingKind
from ..trial.ending import build
from ..trial.payload import TOKENS
from ..trial.snapshot import snapshot
from .replies import ControlError

MEMBERS = ("returned", "raised", "type", "log", "healthy")
_CLASS_NAME = re.compile(r"[A-Za-z_$][\w$.]{0,99}")


def read_ending(data: Mapping[str, Any], attempts: Sequence[Attempt], secrets: frozenset[str]) -> Ending:
    """The ending of a call.

    Args:
        data: ``returned`` (any JSON: the result) or ``raised`` (the error's whole text, best with its members), for an
            error the name of its class as ``type``, and what was logged meanwhile as ``log`` (a text or a list).
            ``healthy`` is what the call returns where nothing fails: with it, a failure that looks like success and a
            success that was lost are found.
        attempts: what the call sent.
        secrets: the API keys it used.

    Raises:
        ControlError: this tells of no outcome.
    """
    for name in data:
        if name not in MEMBERS:
            raise ControlError(unknown_name("member", name, MEMBERS))
    if ("returned" in data) == ("raised" in data):
        raise ControlError('an outcome is either {"returned": the result} or {"raised": "the text of the error"}')
    raised = "raised" in data
    return build(
        EndingKind.RAISED if raised else EndingKind.RETURNED,
        _error(data) if raised else data["returned"],
        healthy=snapshot(data["healthy"], secrets) if "healthy" in data else None,
        log_records=_log(data),
        secrets=secrets,
        replies=[attempt.reply for attempt in attempts],
        tokens=TOKENS,
    )


def _error(data: Mapping[str, Any]) -> Exception:
    """An exception that stands for an error of another language."""
    text, name = data["raised"], data.get("type", "Error")
    if not isinstance(text, str):
        raise ControlError(f"raised is the text of the error, not {text!r}")
    if not isinstance(name, str) or not _CLASS_NAME.fullmatch(name):
        raise ControlError(f"type is the name of the error's class, not {name!r}")
    module, _, name = name.rpartition(".")
    # Its module keeps it apart from Python's own exceptions, some of which count as crashes.
    error: Exception = type(name, (Exception,), {"__module__": module or "client"})(text)
    return error


def _log(data: Mapping[str, Any]) -> list[logging.LogRecord]:
    log = data.get("log", [])
    lines = [log] if isinstance(log, str) else log
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise ControlError("log is a text or a list of texts")
    return [logging.makeLogRecord({"name": "client", "msg": line, "levelno": logging.INFO}) for line in lines]
