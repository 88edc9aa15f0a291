"""GitLab's code quality report."""

from __future__ import annotations

import json

from pytest_ominigate.reports.gitlab import render
from pytest_ominigate.reports.model import SessionReport

from .samples import early_retry, healthy, impatient, result, session


def test_each_finding_is_an_entry() -> None:
    issues = json.loads(render(session()))
    assert [(issue["check_name"], issue["severity"]) for issue in issues] == [
        ("ominigate/early-retry", "major"),
        ("ominigate/lost-request-id", "minor"),
        ("ominigate/lost-request-id", "minor"),
    ]
    assert issues[0]["location"] == {"path": "tests/conftest.py", "lines": {"begin": 5}}
    assert issues[0]["description"] == (
        "MUST broken on chat, handling 429 rate_limited (scenario retry_after_seconds): "
        "expected a wait of at least 20 s (the reply's Retry-After), observed a wait of 1 s"
    )


def test_where_nothing_was_broken_the_list_is_empty() -> None:
    assert render(SessionReport.of([healthy()])) == "[]\n"


def test_a_finding_keeps_its_fingerprint_when_numbers_and_lines_change() -> None:
    later = impatient()
    later["location"] = {"path": "tests/conftest.py", "line": 50}
    later["violations"][0]["observed"] = "a wait of 3 s"
    before, after = (json.loads(render(SessionReport.of([item]))) for item in (impatient(), later))
    assert [issue["fingerprint"] for issue in before] == [issue["fingerprint"] for issue in after]


def test_no_two_findings_share_a_fingerprint() -> None:
    twice = result(verdict="fail", violations=[early_retry(2), early_retry(3)])
    other = result("persists", "fail", violations=[early_retry(2), early_retry(3)])
    issues = json.loads(render(SessionReport.of([twice, other])))
    assert len({issue["fingerprint"] for issue in issues}) == 4
