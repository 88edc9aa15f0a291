"""The JSON report: all that was found, as data; the same results give the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from .model import SessionReport

VERSION = 1
"""The version of the report's shape (its schema is ``report.schema.json``)."""

_RESULT = (
    "nodeid",
    "operation",
    "code",
    "status",
    "scenario",
    "verdict",
    "violations",
    "timeline",
    "reasons",
    "advice",
    "waived",
    "location",
)
_VIOLATION = ("rule", "level", "expected", "observed", "at", "code", "section", "duty", "next")
_EVENTS = {
    "request": (
        "event",
        "number",
        "at",
        "operation",
        "method",
        "path",
        "key",
        "model",
        "lane",
        "reply",
        "status",
        "code",
        "retry_after",
        "sdk_retry",
    ),
    "wait": ("event", "at", "seconds", "how", "where", "layer", "lane"),
    "end": ("event", "at", "lane", "ending", "summary"),
}


def as_data(report: SessionReport) -> dict[str, Any]:
    """The report as plain data, every object's members in a fixed order."""
    return {
        "version": VERSION,
        "plugin": report.plugin,
        "summary": dict(report.summary),
        "results": [_result(result) for result in report.results],
    }


def render(report: SessionReport) -> str:
    """The report as JSON text in ASCII, with a newline at the end."""
    return json.dumps(as_data(report), indent=2) + "\n"


def _result(result: Mapping[str, Any]) -> dict[str, Any]:
    ordered = _ordered({"location": None, **result}, _RESULT)
    ordered["violations"] = [_ordered(violation, _VIOLATION) for violation in result["violations"]]
    ordered["timeline"] = [_ordered(event, _EVENTS[event["event"]]) for event in result["timeline"]]
    ordered["waived"] = [_ordered(waiver, ("rule", "reason")) for waiver in result["waived"]]
    if ordered["location"] is not None:
        ordered["location"] = _ordered(ordered["location"], ("path", "line"))
    return ordered


def _ordered(item: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: item[name] for name in names}
