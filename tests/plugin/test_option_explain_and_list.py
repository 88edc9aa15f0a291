"""``--ominigate-explain=NAME`` and ``--ominigate-list`` answer and exit."""

from __future__ import annotations

import pytest

from .conftest import ALL, CHAT, Project


@pytest.mark.parametrize("name", ["early-retry", "rate_limited"])
def test_a_rule_or_a_code_is_explained_and_nothing_is_run(project: Project, name: str) -> None:
    project.write({"test_own.py": "1 / 0"})

    result = project.run(f"--ominigate-explain={name}")

    assert result.ret == pytest.ExitCode.OK
    assert result.stdout.lines[0].startswith(name)
    assert "test session starts" not in result.stdout.str()


def test_an_unknown_name_is_answered_with_the_choices(project: Project) -> None:
    result = project.run("--ominigate-explain=early-rety")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --ominigate-explain: no rule * 'early-rety'. Did you mean 'early-retry'? *"])


def test_scenarios_and_rules_are_listed_and_nothing_is_run(project: Project) -> None:
    result = project.write({"test_own.py": "1 / 0"}).run("--ominigate-list")

    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(
        [f"{len(ALL)} scenarios", f"  chat ({len(CHAT)})", "    healthy", "  video (*)", "*early-retry*"]
    )
    assert "test session starts" not in result.stdout.str()
