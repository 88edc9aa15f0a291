"""``--ominigate-fail-under=PCT``: too few of the documented scenarios passed."""

from __future__ import annotations

import pytest

from .conftest import CHAT, Project

ONE = f"1 of {len(CHAT)} scenarios passed, {100 / len(CHAT):.2f}%"


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["alone", "xdist"])
def test_what_is_deselected_counts_as_not_passed(project: Project, workers: tuple[str, ...]) -> None:
    result = project.client().run("--ominigate-errors", "-k", "healthy", "--ominigate-fail-under=50", *workers)

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines([f"gate failed: {ONE} (--ominigate-fail-under=50)"])


def test_a_threshold_that_is_reached_changes_nothing(project: Project) -> None:
    assert project.client().run("--ominigate-errors", "--ominigate-fail-under=100").ret == pytest.ExitCode.OK


def test_no_threshold_can_make_a_failure_pass(project: Project) -> None:
    result = project.client("fail early-retry").run("--ominigate-errors", "-k", "healthy", "--ominigate-fail-under=0")

    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_it_may_stand_in_the_ini_file_where_it_does_not_ask_for_the_gate(project: Project) -> None:
    project.client().write({"test_own.py": "def test_own(): pass"}).ini("ominigate_fail_under = 99.5")

    project.run().assert_outcomes(passed=1)
    result = project.run("--ominigate-errors", "-k", "healthy")
    result.stdout.fnmatch_lines([f"gate failed: {ONE} (--ominigate-fail-under=99.5)"])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--ominigate-fail-under=50",), "ERROR: --ominigate-fail-under needs --ominigate-errors"),
        (("--ominigate-errors", "--ominigate-fail-under=101"), "*-fail-under: 101 is no number from 0 to 100"),
        (("--ominigate-errors", "--ominigate-fail-under=-1"), "*--ominigate-fail-under: -1 is no number from 0 to 100"),
        (("--ominigate-errors", "--ominigate-fail-under=most"), "*--ominigate-fail-under: invalid float value: 'most'"),
    ],
)
def test_a_misuse_is_a_usage_error(project: Project, arguments: tuple[str, ...], told: str) -> None:
    result = project.client().run(*arguments)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([told])


def test_a_wrong_ini_value_is_a_usage_error(project: Project) -> None:
    project.client().ini("ominigate_fail_under = most")

    assert project.run("--ominigate-errors").ret == pytest.ExitCode.USAGE_ERROR
