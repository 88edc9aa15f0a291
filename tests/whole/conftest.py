"""Whole runs of the plugin on clients of a user's own, in a folder outside the repository."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


class Run:
    """What a run of pytest with the plugin gave."""

    def __init__(self, result: pytest.RunResult, path: Path) -> None:
        self.result = result
        self.text = result.stdout.str()
        self.code = int(result.ret)
        self.report = json.loads(path.read_text("utf-8")) if path.exists() else {"results": []}
        self.bytes = path.read_bytes() if path.exists() else b""

    def __getitem__(self, scenario: str) -> dict[str, Any]:
        """The result of the scenario whose node id ends with ``[scenario]``, or with ``operation[scenario]``."""
        (found,) = [one for one in self.report["results"] if one["nodeid"].endswith(f"[{scenario}]")]
        return found

    def rules(self, scenario: str, level: str = "MUST") -> list[str]:
        return [violation["rule"] for violation in self[scenario]["violations"] if violation["level"] == level]

    def broken(self, level: str = "MUST") -> dict[str, list[str]]:
        """The rules broken, by scenario id."""
        return {
            one["nodeid"].rpartition("[")[2][:-1]: names
            for one in self.report["results"]
            if (names := sorted({each["rule"] for each in one["violations"] if each["level"] == level}))
        }

    def verdicts(self, verdict: str) -> list[str]:
        return [one["nodeid"].rpartition("[")[2][:-1] for one in self.report["results"] if one["verdict"] == verdict]


class Judge:
    """Writes a project and judges its clients."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester

    def __call__(self, *arguments: str, **files: str) -> Run:
        self.pytester.makepyfile(**files)
        report = self.pytester.path / "report.json"
        report.unlink(missing_ok=True)
        result = self.pytester.runpytest_subprocess(
            "--ominigate-errors",
            "--ominigate-report=json:report.json",
            "-p",
            "no:cacheprovider",
            "-o",
            "asyncio_default_fixture_loop_scope=function",
            *arguments,
            timeout=120,
        )
        return Run(result, report)


@pytest.fixture
def judge(pytester: pytest.Pytester) -> Judge:
    """Writes a project and judges its clients."""
    return Judge(pytester)
