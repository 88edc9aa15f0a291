"""SARIF 2.1.0, for code scanning: one result for each finding, one rule for each duty."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from ..rules import RULES
from ..rules.base import Rule
from .github import blamed
from .identity import fingerprints
from .message import headline
from .model import SessionReport
from .shape import Result, Shown, place
from .terminal import last_line
from .wording import plain, prose

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"MUST": "error", "SHOULD": "warning"}


def render(report: SessionReport, *, rules: Sequence[Rule] = RULES) -> str:
    """The log as JSON text.

    What has no verdict and what was not run stands among the tool's notifications: it is no finding, yet no silence.
    """
    descriptors = _descriptors(report, rules)
    numbers = {descriptor["id"]: number for number, descriptor in enumerate(descriptors)}
    driver: dict[str, Any] = {"name": "pytest-ominigate", "rules": descriptors}
    if report.plugin:
        driver["version"] = report.plugin
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root folder of the test run."}}},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _notifications(report)}],
        "results": [
            _finding(result, violation, fingerprint, numbers)
            for result in report.results
            for violation, fingerprint in zip(result["violations"], fingerprints(result), strict=True)
        ],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _descriptors(report: SessionReport, rules: Sequence[Rule]) -> list[dict[str, Any]]:
    known = [
        {
            "id": rule.name,
            "shortDescription": {"text": rule.duty},
            "fullDescription": {"text": f"{rule.duty} {rule.remedy}"},
            "help": {"text": "\n".join(prose(rule.text)), "markdown": rule.text.strip()},
            "defaultConfiguration": {"level": _LEVELS[rule.level.value]},
        }
        for rule in rules
    ]
    names = {rule["id"] for rule in known}
    others = {duty.rule: duty.level for duty in reversed(report.broken) if duty.rule not in names}
    return known + [
        {
            "id": name,
            "shortDescription": {"text": name},
            "defaultConfiguration": {"level": _LEVELS[level]},
        }
        for name, level in sorted(others.items())
    ]


def _finding(result: Result, violation: Shown, fingerprint: str, numbers: dict[str, int]) -> dict[str, Any]:
    told = f"{headline(result)}. Expected {violation['expected']}, observed {violation['observed']}."
    fails = violation["rule"] in blamed(result)
    return {
        "ruleId": violation["rule"],
        "ruleIndex": numbers[violation["rule"]],
        "level": "error" if fails else _LEVELS["SHOULD"],
        "message": {"text": plain(f"{told} {violation['next']}".strip())},
        "locations": [_location(result)],
        "partialFingerprints": {"ominigate/v1": fingerprint},
    }


def _location(result: Result) -> dict[str, Any]:
    path, line = place(result)
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(path, errors="replace"), "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": line},
        },
        "logicalLocations": [{"fullyQualifiedName": result["nodeid"], "kind": "function"}],
    }


def _notifications(report: SessionReport) -> list[dict[str, Any]]:
    undecided = [
        {
            "level": "warning",
            "message": {"text": plain(f"{headline(result)}: {'; '.join(result['reasons'])}")},
            "locations": [_location(result)],
        }
        for result in report.with_verdict("inconclusive")
    ]
    return [*undecided, {"level": "note", "message": {"text": last_line(report)}}]
