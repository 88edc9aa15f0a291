"""``--no-ominigate`` beats ``--ominigate-errors``, for runs where the flag stands in addopts."""

from __future__ import annotations

import pytest

from .conftest import Project


@pytest.mark.parametrize("arguments", [("--no-ominigate",), ("--ominigate-errors", "--no-ominigate")])
def test_nothing_is_generated_and_nothing_judged(project: Project, arguments: tuple[str, ...]) -> None:
    project.client("fail early-retry").write({"test_own.py": "def test_own(): pass"})
    project.ini("addopts = --ominigate-errors --ominigate-min-checks=5 --ominigate-fail-under=90")

    result = project.run(*arguments)

    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.OK
    assert "ominigate ==" not in result.stdout.str()


def test_it_may_stand_in_the_ini_file(project: Project) -> None:
    project.client("fail early-retry").write({"test_own.py": "def test_own(): pass"}).ini("no_ominigate = true")

    project.run("--ominigate-errors").assert_outcomes(passed=1)
