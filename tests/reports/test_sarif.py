"""The SARIF log."""

from __future__ import annotations

import json
from typing import Any

from pytest_ominigate.reports.model import SessionReport
from pytest_ominigate.reports.sarif import render
from pytest_ominigate.rules.base import Level, Rule

from .samples import healthy, impatient, lost_request_id, result, session

RULES = (
    Rule(
        name="early-retry",
        level=Level.MUST,
        section="rate_limit_error",
        duty="Wait as long as Retry-After asks.",
        remedy="Sleep first.",
        text="## Why\nAn early request\ncounts too.\n",
        check=lambda case, catalogue: (),
    ),
)


def run(report: SessionReport) -> dict[str, Any]:
    log = json.loads(render(report, rules=RULES))
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    only: dict[str, Any] = log["runs"][0]
    return only


def test_each_finding_points_to_its_rule_and_its_line() -> None:
    found = run(session())
    first = found["results"][0]
    assert first == {
        "ruleId": "early-retry",
        "ruleIndex": 0,
        "level": "error",
        "message": {
            "text": "the client broke 1 MUST and 1 SHOULD on chat, handling 429 rate_limited "
            "(scenario retry_after_seconds). Expected a wait of at least 20 s (the reply's Retry-After), "
            "observed a wait of 1 s. Sleep for Retry-After seconds before the next request."
        },
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "tests/conftest.py", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 5},
                },
                "logicalLocations": [
                    {
                        "fullyQualifiedName": "tests/conftest.py::ominigate::chat[rate_limited-retry_after_seconds]",
                        "kind": "function",
                    }
                ],
            }
        ],
        "partialFingerprints": first["partialFingerprints"],
    }
    assert [(item["ruleId"], item["level"]) for item in found["results"]] == [
        ("early-retry", "error"),
        ("lost-request-id", "warning"),
        ("lost-request-id", "warning"),
    ]


def test_all_rules_are_described_the_unknown_ones_by_their_name() -> None:
    driver = run(session())["tool"]["driver"]
    assert driver["version"] == "0.1.0"
    assert driver["rules"] == [
        {
            "id": "early-retry",
            "shortDescription": {"text": "Wait as long as Retry-After asks."},
            "fullDescription": {"text": "Wait as long as Retry-After asks. Sleep first."},
            "help": {"text": "Why\nAn early request counts too.", "markdown": "## Why\nAn early request\ncounts too."},
            "defaultConfiguration": {"level": "error"},
        },
        {
            "id": "lost-request-id",
            "shortDescription": {"text": "lost-request-id"},
            "defaultConfiguration": {"level": "warning"},
        },
    ]


def test_what_has_no_verdict_and_what_was_not_run_is_notified() -> None:
    invocation = run(session())["invocations"][0]
    notices = invocation["toolExecutionNotifications"]
    assert [(notice["level"], notice["message"]["text"]) for notice in notices] == [
        (
            "warning",
            (
                "no verdict on chat, handling 500 internal_error (scenario recovers): "
                "no-backoff: the client waited 0.2 s in a way the virtual clock cannot see"
            ),
        ),
        (
            "note",
            (
                "5 scenarios: 3 passed, 1 failed, 1 inconclusive; 1 MUST and 1 SHOULD duties broken; "
                "not run: 120 (image, video: no fixture)"
            ),
        ),
    ]


def test_a_clean_session_has_no_results() -> None:
    assert run(SessionReport.of([healthy()]))["results"] == []


def test_advice_is_an_error_where_strictness_made_the_item_fail() -> None:
    found = run(SessionReport.of([result(verdict="fail", violations=[lost_request_id()])]))
    assert [item["level"] for item in found["results"]] == ["error"]


def test_a_path_is_a_valid_uri() -> None:
    sample = impatient()
    sample["location"] = {"path": "my tests/caf\u00e9.py", "line": 1}
    location = run(SessionReport.of([sample]))["results"][0]["locations"][0]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "my%20tests/caf%C3%A9.py"
