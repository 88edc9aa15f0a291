"""What the terminal shows at the end."""

from __future__ import annotations

import pytest

from .conftest import Project


def section(result: pytest.RunResult) -> list[str]:
    """The lines of our section, blank ones left out."""
    lines = result.stdout.lines
    start = next(index for index, line in enumerate(lines) if line.strip("= ") == "ominigate")
    end = next(index for index, line in enumerate(lines) if index > start and line.startswith("===="))
    return [line for line in lines[start + 1 : end] if line]


def test_the_matrix_comes_first_and_the_counts_last(project: Project) -> None:
    project.client("fail early-retry")

    lines = section(project.run("--ominigate-errors", "-k", "healthy or html_502"))

    assert [line.split() for line in lines[:2]] == [["chat"], ["healthy", "FAIL"]]
    assert "2 scenarios: 2 failed; 1 MUST duty broken; not run: " in " ".join(lines)
    assert lines[-1].endswith("no fixture)")


def test_why_the_gate_failed_is_the_last_word(project: Project) -> None:
    lines = section(project.client().ask("--ominigate-min-checks=2"))

    assert lines[-1] == "gate failed: 1 of at least 2 scenarios came to a verdict (--ominigate-min-checks=2)"


def test_a_run_without_the_flag_has_no_section(project: Project) -> None:
    project.write({"test_own.py": "def test_own(): pass"})

    assert "ominigate ==" not in project.run().stdout.str()


def test_the_same_run_tells_the_same(project: Project) -> None:
    project.client("fail early-retry")
    arguments = ("--ominigate-errors", "-k", "limited")

    assert section(project.run(*arguments)) == section(project.run(*arguments, "-n2"))
