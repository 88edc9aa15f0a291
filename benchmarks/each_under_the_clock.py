"""Runs each test of a suite with the virtual clock on, or off, and writes down how each ended: for ``fidelity.py``.

It is a pytest plugin (``-p each_under_the_clock``) and, run as a script with the same two options and the names of
modules, a runner of unittest suites.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import sys
import unittest
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pytest_ominigate.clock import VirtualClock

CLOCK_OPTION, OUTCOMES_OPTION = "--each-clock", "--each-outcomes"


# For pytest

with contextlib.suppress(ImportError):
    import pytest

    def pytest_addoption(parser: pytest.Parser) -> None:
        """Add the two options."""
        parser.addoption(CLOCK_OPTION, choices=("on", "off"), default="off", help="run each test inside a clock")
        parser.addoption(OUTCOMES_OPTION, help="the file to write down how each test ended")

    def pytest_configure(config: pytest.Config) -> None:
        """Start to take notes."""
        config.pluginmanager.register(_Notes(Path(config.getoption(OUTCOMES_OPTION))), "each-notes")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
        """Run the test, with its fixtures, inside a clock of its own."""
        if item.config.getoption(CLOCK_OPTION) == "off":
            return (yield)
        with VirtualClock():
            return (yield)


class _Notes:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._outcomes: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Note the outcome: the worst of setup, call and teardown."""
        if report.when == "call" or report.outcome != "passed":
            self._outcomes[report.nodeid] = report.outcome

    def pytest_sessionfinish(self) -> None:
        """Write down all."""
        self._path.write_text(json.dumps(self._outcomes), "utf-8")


# For unittest


class _Result(unittest.TestResult):
    """Notes how each test ended, and runs each, with what is set up for it, inside a clock of its own."""

    def __init__(self, *, with_clock: bool) -> None:
        super().__init__()
        self._with_clock = with_clock
        self._stack = contextlib.ExitStack()
        self.outcomes: dict[str, str] = {}

    def startTest(self, test: unittest.TestCase) -> None:  # noqa: N802 - the name that unittest gives it
        super().startTest(test)
        self.outcomes[test.id()] = "passed"
        if self._with_clock:
            self._stack.enter_context(VirtualClock())

    def stopTest(self, test: unittest.TestCase) -> None:  # noqa: N802
        self._stack.close()
        super().stopTest(test)

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:  # noqa: N802
        super().addSkip(test, reason)
        self.outcomes[test.id()] = "skipped"

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:  # noqa: N802
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._note_failure(test, err)

    def addFailure(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802
        super().addFailure(test, err)
        self._note_failure(test, err)

    def addError(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802
        super().addError(test, err)
        self._note_failure(test, err)

    def _note_failure(self, test: unittest.TestCase, err: Any) -> None:
        self.outcomes[test.id()] = "failed"
        sys.__stdout__.write(f"{test.id()}: {self._exc_info_to_string(err, test)}\n")  # type: ignore[attr-defined,union-attr]


def main(arguments: list[str]) -> None:
    """Run the modules."""
    parser = argparse.ArgumentParser()
    parser.add_argument(CLOCK_OPTION, dest="clock", choices=("on", "off"))
    parser.add_argument(OUTCOMES_OPTION, dest="outcomes", type=Path)
    parser.add_argument("modules", nargs="+")
    chosen = parser.parse_args(arguments)
    result = _Result(with_clock=chosen.clock == "on")
    with contextlib.redirect_stderr(io.StringIO()):
        unittest.TestLoader().loadTestsFromNames(chosen.modules).run(result)
    chosen.outcomes.write_text(json.dumps(result.outcomes), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
