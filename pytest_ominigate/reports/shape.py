"""The shape of a result: plain JSON-able dicts, so that they pass unchanged from an xdist worker to the controller."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NotRequired, TypedDict

Verdict = Literal["pass", "fail", "inconclusive"]
LevelName = Literal["MUST", "SHOULD"]


class RequestEvent(TypedDict):
    """One request and its reply. Times in seconds from the start of the call."""

    event: Literal["request"]
    number: int
    at: float
    operation: str
    method: str
    path: str
    key: str | None
    model: str | None
    lane: int
    reply: str
    status: int | None
    code: str | None
    retry_after: str | None
    sdk_retry: int | None


class WaitEvent(TypedDict):
    """One wait of the client."""

    event: Literal["wait"]
    at: float
    seconds: float
    how: str
    where: str
    layer: str
    lane: int


class EndEvent(TypedDict):
    """What the caller got."""

    event: Literal["end"]
    at: float
    lane: int
    ending: str
    summary: str


Event = RequestEvent | WaitEvent | EndEvent


class Shown(TypedDict):
    """A broken duty as it is shown: the finding, the duty it breaks and the next step."""

    rule: str
    level: LevelName
    expected: str
    observed: str
    at: int | None
    """The number of the guilty request in the timeline shown; None where no single one is."""
    code: str | None
    section: str
    duty: str
    next: str


class Waived(TypedDict):
    """A duty that the test's author chose not to be judged by."""

    rule: str
    reason: str


class Location(TypedDict):
    """Where the user would look: a path relative to the root folder, and a line counted from 1."""

    path: str
    line: int


class Result(TypedDict):
    """The outcome of one scenario."""

    nodeid: str
    operation: str
    code: str | None
    status: int | None
    scenario: str
    verdict: Verdict
    violations: list[Shown]
    timeline: list[Event]
    reasons: list[str]
    advice: list[str]
    waived: list[Waived]
    location: NotRequired[Location | None]


def without_findings(
    verdict: Verdict,
    *,
    nodeid: str,
    operation: str,
    scenario: str,
    code: str | None,
    status: int | None,
    reasons: Iterable[str] = (),
) -> Result:
    """A result that shows nothing of what happened: no violation, no timeline."""
    return {
        "nodeid": nodeid,
        "operation": operation,
        "code": code,
        "status": status,
        "scenario": scenario,
        "verdict": verdict,
        "violations": [],
        "timeline": [],
        "reasons": [*reasons],
        "advice": [],
        "waived": [],
    }


def place(result: Result) -> tuple[str, int]:
    """The path and line to point at: the result's location, or else the first line of the file its node id names."""
    location = result.get("location")
    if location is not None:
        return location["path"], location["line"]
    return result["nodeid"].partition("::")[0], 1
