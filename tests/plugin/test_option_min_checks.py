"""``--ominigate-min-checks=N``: fewer scenarios than that came to a verdict."""

from __future__ import annotations

import pytest

from .conftest import CHAT, Project


@pytest.mark.parametrize(("least", "code"), [(len(CHAT), 0), (len(CHAT) + 1, 1)])
def test_it_counts_what_came_to_a_verdict(project: Project, least: int, code: int) -> None:
    result = project.client().run("--ominigate-errors", f"--ominigate-min-checks={least}")

    assert result.ret == code
    said = f"gate failed: {len(CHAT)} of at least {least} scenarios came to a verdict (--ominigate-min-checks={least})"
    assert (said in result.stdout.str()) == bool(code)


def test_it_may_stand_in_the_ini_file(project: Project) -> None:
    project.client().ini("ominigate_min_checks = 900")

    assert project.run("--ominigate-errors").ret == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--ominigate-min-checks=5",), "ERROR: --ominigate-min-checks needs --ominigate-errors"),
        (("--ominigate-errors", "--ominigate-min-checks=0"), "*--ominigate-min-checks: 0 is no number of at least 1"),
    ],
)
def test_a_misuse_is_a_usage_error(project: Project, arguments: tuple[str, ...], told: str) -> None:
    result = project.client().run(*arguments)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([told])
