"""Runs the tests with threads over and over while all processors are kept busy: a wrong jump is rare, and a race.

From the repository: ``python -m tests.clock.soak [turns] [pytest arguments]``. Without arguments, every test of the
files below is run 300 times, which takes some minutes. Exits with pytest's exit code. pytest does not collect it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

TURNS = 300
FILES = ("test_threads", "test_signals", "test_simple_queue", "test_asyncio_threads", "test_in_flight")


class Turns:
    """A pytest plugin that runs each test many times."""

    def __init__(self, turns: int) -> None:
        self._turns = turns

    @pytest.fixture(autouse=True)
    def turn(self, request: pytest.FixtureRequest) -> Any:
        """The number of the turn."""
        return request.param

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Make a test of each turn."""
        metafunc.parametrize("turn", range(self._turns), indirect=True)


@contextmanager
def busy_processors() -> Iterator[None]:
    """A process that computes without end for each processor."""
    spinners = [subprocess.Popen([sys.executable, "-S", "-c", "while True: pass"]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for spinner in spinners:
            spinner.kill()
            spinner.wait()


def main(arguments: list[str]) -> int:
    """Run the soak."""
    turns = int(arguments.pop(0)) if arguments and arguments[0].isdigit() else TURNS
    here = Path(__file__).parent
    chosen = arguments or [str(here / f"{name}.py") for name in FILES]
    options = ["-q", "-p", "no:randomly", "-p", "no:cacheprovider", "--timeout=120", "--maxfail=10"]
    with busy_processors():
        return int(pytest.main([*options, *chosen], plugins=[Turns(turns)]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
