from __future__ import annotations

from pathlib import Path

import pytest

# Kept imported: each run inside this process would import them anew.
from pytest_ominigate import collection, gate, markers  # noqa: F401
from pytest_ominigate.catalogue import load
from pytest_ominigate.gateway import scenarios
from pytest_ominigate.reports import terminal  # noqa: F401
from pytest_ominigate.transports import loopback  # noqa: F401

ALL = scenarios(load())
CHAT = [scenario.id for scenario in ALL if scenario.operation == "chat"]
"""The ids of the scenarios of a client that chats."""
REST = len(CHAT) - 1
"""How many of them are not ``healthy``."""
FAKE = Path(__file__).with_name("fake_trial.py")


class Project:
    """A user's project in a folder of its own, with the fake trial in place of the real one."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.path = pytester.path
        self.fake: tuple[str, ...] = ("fake_trial",)
        pytester.syspathinsert()
        self.write({"fake_trial.py": FAKE.read_text("utf-8")})

    def write(self, files: dict[str, str]) -> Project:
        """Write files, by path."""
        for name, text in files.items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return self

    def ini(self, *lines: str) -> Project:
        """Write an ini file of these lines."""
        return self.write({"pytest.ini": "\n".join(["[pytest]", *lines, ""])})

    def client(self, *says: str, operation: str = "chat", path: str = "conftest.py") -> Project:
        """Write a conftest.py whose client always says the same (see ``fake_trial``)."""
        return self.write({path: CLIENT.format(operation=operation, says=" ".join(says) or "pass")})

    def ask(self, *arguments: str, plugins: tuple[str, ...] = ()) -> pytest.RunResult:
        """Run the ``healthy`` scenarios only, in this process."""
        return self.run("--ominigate-errors", "-k", "healthy", *arguments, plugins=plugins)

    def run(self, *arguments: str, plugins: tuple[str, ...] = ()) -> pytest.RunResult:
        """Run pytest in this process (with xdist in one of its own), with these plugins beside ours."""
        if "-n2" in arguments:
            return self.spawn(*arguments, plugins=("xdist", *plugins))
        return self.pytester.runpytest_inprocess(*self._loading(plugins), *arguments)

    def spawn(self, *arguments: str, plugins: tuple[str, ...] = ()) -> pytest.RunResult:
        """Run pytest in a process of its own, with these plugins beside ours."""
        return self.pytester.runpytest_subprocess(*self._loading(plugins), *arguments)

    def ids(self, *arguments: str, plugins: tuple[str, ...] = ()) -> list[str]:
        """The node ids that are collected under ``--ominigate-errors``."""
        items, _ = self.pytester.inline_genitems(*self._loading(plugins), "--ominigate-errors", *arguments)
        return [item.nodeid for item in items]

    def _loading(self, plugins: tuple[str, ...]) -> list[str]:
        return [word for name in ("ominigate", *self.fake, *plugins) for word in ("-p", name)]


CLIENT = """
import pytest

@pytest.fixture
def ominigate_{operation}(ominigate):
    return lambda: "{says}"
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    """An empty project, in which no plugin loads that is not asked for."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for name in ("CI", "BUILD_NUMBER", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)
    return Project(pytester)
