"""What is kept of results to the end of a session."""

from __future__ import annotations

import pytest

from pytest_ominigate.gathered import Gathered
from pytest_ominigate.reports.terminal import matrix
from tests.reports import samples

from .conftest import CHAT, Project


def fine(nodeid: str) -> samples.Result:
    """A test that passed, and has nothing to tell."""
    return samples.result(nodeid=nodeid, timeline=[samples.request(1, 0.0), samples.success(2, 1.0), samples.end(1.0)])


def test_the_summary_is_the_same_of_results_in_brief() -> None:
    whole, brief = Gathered(), Gathered()
    given = [fine("a"), samples.forgetful(), fine("b"), samples.result(nodeid="c", reasons=["no clock"])]

    for result in given:
        whole.add(result["nodeid"], result)
        brief.add_in_brief(result["nodeid"], result)

    assert matrix(brief.all()) == matrix(whole.all())
    assert [result["nodeid"] for result in brief.all()] == [result["nodeid"] for result in given]


def test_in_brief_only_the_first_that_met_an_error_keeps_its_timeline() -> None:
    gathered = Gathered()

    for nodeid in ("a", "b"):
        gathered.add_in_brief(nodeid, fine(nodeid))

    first, second = gathered.all()
    assert [event["code"] for event in first["timeline"] if event["event"] == "request"] == ["rate_limited", None]
    assert second == {name: value for name, value in fine("b").items() if name != "location"} | {"timeline": []}


def test_the_last_run_of_a_test_counts() -> None:
    gathered = Gathered()

    gathered.add("a", samples.result(nodeid="a", verdict="fail"))
    gathered.add_in_brief("a", fine("a"))

    assert [result["verdict"] for result in gathered.all()] == ["pass"]


def test_nothing_was_gathered() -> None:
    gathered = Gathered()

    assert (bool(gathered), gathered.all(), "a" in gathered) == (False, [], False)


@pytest.mark.parametrize(
    ("report", "kept"), [((), 0), (("--ominigate-report=json:it.json",), len(CHAT))], ids=["none", "json"]
)
def test_pytest_keeps_the_results_of_passed_tests_only_for_a_report(
    project: Project, report: tuple[str, ...], kept: int
) -> None:
    project.client().write(
        {
            "kept.py": """
def pytest_terminal_summary(terminalreporter):
    passed = terminalreporter.stats["passed"]
    print("\\nkept", sum(hasattr(report, "ominigate") for report in passed), "of", len(passed))
"""
        }
    )

    result = project.run("--ominigate-errors", "-p", "kept", "-s", *report)

    result.stdout.fnmatch_lines([f"kept {kept} of {len(CHAT)}"])
