"""What is kept of a run: its counts, the duties that were broken and for what, the most requests, the layers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypedDict

from pytest_ominigate import load as load_catalogue

STORED = Path(__file__).parent / "results.json"
ERRORS = {entry.code: entry for entry in load_catalogue()}
"""The documented errors, by code."""
NO_WORK = ("video.status", "video.result", "models", "model", "file", "other")
"""Requests that are no attempts at the paid work itself."""

Codes = dict[str, list[str]]
"""Documented codes by the status under which they came."""
Pair = tuple[str | None, int | None]
"""A code and a status."""


class Broken(TypedDict):
    """Where a duty was broken."""

    codes: Codes
    scenarios: list[str]
    """The scenarios that show it, whatever their code."""
    other: list[str]
    """Those among them that served no documented code as a reply of its own: connections that break, and the like."""
    operations: list[str]


class Most(TypedDict):
    """The most requests that one call made, and in which scenario."""

    requests: int
    scenario: str


class Result(TypedDict):
    """What a run of a row found."""

    installed: dict[str, str]
    operations: dict[str, int]
    """How many scenarios each had."""
    passed: int
    failed: int
    inconclusive: int
    met: Codes
    """What was served, to tell "every code of a family" from "some of them"."""
    must: dict[str, Broken]
    should: dict[str, Broken]
    """The duties that were broken, by rule."""
    most: Most
    layers: list[str]
    """What was told of layers that each retry, where they made the most requests."""
    unknown: dict[str, list[str]]
    """Why a verdict could not be given, and for which scenarios."""


def load() -> dict[str, Result]:
    """What is stored, by the row's name."""
    return json.loads(STORED.read_text("utf-8")) if STORED.exists() else {}


def save(results: Mapping[str, Result]) -> None:
    """Store it, a line for each member and for each rule, so that a change is seen in a diff."""
    STORED.write_text(_lines(results, depth=3) + "\n", "utf-8")


def _lines(value: Any, depth: int, indent: str = "") -> str:
    """JSON whose objects are spread over lines down to *depth*."""
    if not isinstance(value, dict) or not value or not depth:
        return json.dumps(value, sort_keys=True)
    inner = indent + " "
    members = [f"{inner}{json.dumps(key)}: {_lines(value[key], depth - 1, inner)}" for key in sorted(value)]
    return "{\n" + ",\n".join(members) + f"\n{indent}}}"


def digest(report: Mapping[str, Any], installed: dict[str, str]) -> Result:
    """What is kept of a JSON report."""
    results = report["results"]
    verdicts = Counter(result["verdict"] for result in results)
    unknown: dict[str, list[str]] = {}
    for result in results:
        if result["verdict"] == "inconclusive":
            unknown.setdefault("; ".join(result["reasons"]), []).append(_short(result))
    most = _most(results)
    return {
        "installed": installed,
        "operations": dict(Counter(result["operation"] for result in results)),
        "passed": verdicts["pass"],
        "failed": verdicts["fail"],
        "inconclusive": verdicts["inconclusive"],
        "met": _by_status((result["code"], result["status"]) for result in results),
        "must": _broken(results, "MUST"),
        "should": _broken(results, "SHOULD"),
        "most": most,
        "layers": sorted({text for each in results if _requests(each) == most["requests"] for text in each["advice"]}),
        "unknown": unknown,
    }


def _broken(results: Iterable[Mapping[str, Any]], level: str) -> dict[str, Broken]:
    found: dict[str, list[tuple[Pair, Mapping[str, Any]]]] = {}
    for result in results:
        for violation in result["violations"]:
            if violation["level"] == level:
                found.setdefault(violation["rule"], []).append((_blamed(result, violation), result))
    return {
        rule: {
            "codes": _by_status(pair for pair, _ in each),
            "scenarios": sorted({result["scenario"] for _, result in each}),
            "other": sorted({result["scenario"] for pair, result in each if not _documented(pair)}),
            "operations": sorted({result["operation"] for _, result in each}),
        }
        for rule, each in found.items()
    }


def _blamed(result: Mapping[str, Any], violation: Mapping[str, Any]) -> Pair:
    """The error that a violation is about: in a sequence of errors, another one than the scenario's own."""
    code = violation["code"]
    if code is None or code == result["code"]:
        return result["code"], result["status"]
    return code, next(event["status"] for event in result["timeline"] if event.get("code") == code)


def _by_status(pairs: Iterable[Pair]) -> Codes:
    found: dict[str, set[str]] = {}
    for pair in pairs:
        code, status = pair
        if code is not None and _documented(pair):
            found.setdefault(str(status), set()).add(code)
    return {status: sorted(codes) for status, codes in found.items()}


def _documented(pair: Pair) -> bool:
    """Whether it is a documented reply; an error within a stream comes under 200."""
    code, status = pair
    return code in ERRORS and status in ERRORS[code].statuses


def _most(results: Iterable[Mapping[str, Any]]) -> Most:
    """The call with the most attempts at the work itself; among equals the first by name."""
    counted = [(_requests(result), _short(result)) for result in results]
    requests, scenario = min(counted, key=lambda each: (-each[0], each[1]))
    return {"requests": requests, "scenario": scenario}


def _requests(result: Mapping[str, Any]) -> int:
    lanes = Counter(
        event["lane"]
        for event in result["timeline"]
        if event["event"] == "request" and event["operation"] not in NO_WORK
    )
    return max(lanes.values(), default=0)


def _short(result: Mapping[str, Any]) -> str:
    return result["nodeid"].rpartition("::")[2]
