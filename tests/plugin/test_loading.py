"""A run that does not use the plugin does not pay for it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from .conftest import Project

LOADED = """
import importlib.metadata, json, sys
import pytest
before = set(sys.modules)
{code}
new = sorted(set(sys.modules) - before)
standard = set(sys.stdlib_module_names)
print(json.dumps([name for name in new if name.partition(".")[0] not in standard]))
"""


def loads(code: str) -> Any:
    """The modules outside the standard library that *code* loads, pytest being loaded."""
    done = subprocess.run([sys.executable, "-c", LOADED.format(code=code)], check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def test_the_entry_point_imports_nothing_but_pytest() -> None:
    assert loads("import pytest_ominigate.plugin") == ["pytest_ominigate", "pytest_ominigate.plugin"]


def test_an_unused_plugin_loads_no_more_than_its_options_and_fixtures(project: Project) -> None:
    project.write({"test_own.py": "def test_own(): pass", "conftest.py": ""})
    run = "assert pytest.main(['-q', '-p', 'ominigate', '-p', 'no:cacheprovider']) == 0"

    assert [name for name in loads(run) if not name.startswith(("_pytest", "pytest.", "test_own", "conftest"))] == [
        "pytest_ominigate",
        "pytest_ominigate.fixtures",
        "pytest_ominigate.options",
        "pytest_ominigate.plugin",
        "pytest_ominigate.running",
        "pytest_ominigate.starting",
    ]


def test_no_ominigate_loads_no_more_either(project: Project) -> None:
    project.client().write({"test_own.py": "def test_own(): pass"})
    run = "assert pytest.main(['-q', '-p', 'ominigate', '--ominigate-errors', '--no-ominigate']) == 0"

    assert [name for name in loads(run) if name.startswith("pytest_ominigate.") and name.count(".") > 1] == []


def test_the_package_imports_its_public_names_when_they_are_asked_for() -> None:
    assert loads("import pytest_ominigate") == ["pytest_ominigate"]
    assert "pytest_ominigate.catalogue" in loads("from pytest_ominigate import load")


def test_the_plugin_can_be_left_out(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    project.write({"test_own.py": "def test_own(): pass"})

    result = project.pytester.runpytest_subprocess("-p", "no:ominigate", "--ominigate-errors")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*unrecognized arguments: --ominigate-errors"])
