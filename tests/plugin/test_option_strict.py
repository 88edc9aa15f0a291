"""``--ominigate-strict``: a broken SHOULD fails too."""

from __future__ import annotations

from .conftest import REST, Project


def test_a_broken_should_is_advice(project: Project) -> None:
    result = project.client("should odd-backoff").run("--ominigate-errors", "-k", "healthy", "-rP")

    result.assert_outcomes(passed=1, deselected=REST)
    result.stdout.fnmatch_lines(
        [
            "*- ominigate -*",
            "passed, but the client broke 1 SHOULD on chat (scenario healthy)",
            "*1 passed; 1 SHOULD duty broken*",
        ]
    )


def test_a_broken_should_fails_where_it_is_asked_for(project: Project) -> None:
    result = project.client("should odd-backoff").run("--ominigate-errors", "-k", "healthy", "--ominigate-strict")

    result.assert_outcomes(failed=1, deselected=REST)


def test_it_may_stand_in_the_ini_file(project: Project) -> None:
    project.client("should odd-backoff").ini("ominigate_strict = true")

    project.run("--ominigate-errors", "-k", "healthy").assert_outcomes(failed=1, deselected=REST)
