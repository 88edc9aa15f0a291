"""What travels with pytest's reports, and how pytest shows it."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from .conftest import REST, Project

WORKERS = pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["alone", "xdist"])
ITEM = "conftest.py::ominigate::chat[[]{}[]]"


@WORKERS
def test_every_report_of_a_call_carries_the_result(project: Project, workers: tuple[str, ...]) -> None:
    project.client("fail early-retry").write(
        {
            "seen.py": """
def pytest_runtest_logreport(report):
    if report.when == "call":
        print("\\nseen", report.ominigate["nodeid"], report.ominigate["verdict"], report.ominigate["location"])
"""
        }
    )

    result = project.ask("-p", "seen", "-s", *workers)

    result.stdout.fnmatch_lines([f"seen {ITEM.format('healthy')} fail {{'path': 'conftest.py', 'line': 4}}"])


@WORKERS
def test_junit_holds_flat_properties_and_the_whole_message(project: Project, workers: tuple[str, ...]) -> None:
    project.client("fail early-retry")

    project.run("--ominigate-errors", "-k", "chat and internal_error-recovers", "--junitxml=it.xml", *workers)

    case = next(ET.parse(project.path / "it.xml").iter("testcase"))
    assert {item.get("name"): item.get("value") for item in case.iter("property")} == {
        "ominigate.operation": "chat",
        "ominigate.code": "internal_error",
        "ominigate.scenario": "recovers",
        "ominigate.verdict": "fail",
    }
    failure = case.find("failure")
    assert failure is not None
    assert (failure.text or "").startswith("the client broke 1 MUST on chat")
    assert "site-packages" not in (failure.text or "")


@WORKERS
def test_an_inconclusive_item_is_a_category_of_its_own(project: Project, workers: tuple[str, ...]) -> None:
    project.client("inconclusive the clock was blind")

    result = project.ask("-v", *workers)

    assert result.parseoutcomes() == {"inconclusive": 1} | ({} if workers else {"deselected": REST})
    result.stdout.fnmatch_lines([f"*{ITEM.format('healthy')}*"])
    assert "INCONCLUSIVE" in result.stdout.str()


def test_an_inconclusive_item_is_shown_as_a_question_mark(project: Project) -> None:
    project.client("inconclusive the clock was blind")

    project.ask().stdout.fnmatch_lines(["conftest.py [?] *"])


def test_junit_takes_an_inconclusive_item_as_skipped_at_the_users_fixture(project: Project) -> None:
    project.client("inconclusive the clock was blind")

    project.ask("--junitxml=it.xml")

    skipped = next(ET.parse(project.path / "it.xml").iter("skipped"))
    assert (skipped.get("message"), skipped.text) == ("the clock was blind", "conftest.py:4: the clock was blind")


def test_a_failing_item_is_its_message_without_any_traceback(project: Project) -> None:
    result = project.client("fail early-retry").ask()

    lines = result.stdout.lines
    start = next(index for index, line in enumerate(lines) if "ominigate.chat[healthy]" in line)
    assert lines[start + 1] == "the client broke 1 MUST on chat (scenario healthy)"
    assert [line for line in lines if "running.py" in line or "site-packages" in line] == []


def test_an_ordinary_skip_is_an_ordinary_skip(project: Project) -> None:
    project.write({"test_own.py": "import pytest\ndef test_own(): pytest.skip('not now')"})

    project.run("-rs").stdout.fnmatch_lines(["SKIPPED [[]1[]] test_own.py:2: not now", "*1 skipped*"])
