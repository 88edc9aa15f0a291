"""Runs of whole generated suites, each in a process of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
IN_A_SUITE = 750
"""How many scenarios the six operations have together."""
_JUDGE = "--ominigate-errors"
_BYTECODE = Path(tempfile.gettempdir()) / "ominigate-benchmarks-bytecode"
"""Kept, as it is for a user: without it, each process compiles all plugins of pytest anew."""
_COPY = "from benchmarks.six_operations.conftest import *  # noqa: F403\n"
_IDLE = """
import pytest

@pytest.fixture
def client(): return print

@pytest.fixture
def gateway(client): return client

class TestIdle:
    @pytest.mark.skipif(False, reason="as many keywords as a scenario has")
    @pytest.mark.parametrize("scenario", [f"rate_limited-recovers-{{number}}" for number in range({number})])
    def test_chat(self, gateway, scenario): pass

    test_chat.first = test_chat.second = test_chat.third = test_chat.fourth = True
"""
"""Tests like the generated ones, but for what they do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run that is over."""

    passed: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LongSession:
    """What a long session left."""

    passed: int
    growth: int
    """Bytes for each test, from the end of the first quarter on."""
    growth_idle: int
    """The same of tests that do nothing, in a process of their own: what pytest itself keeps of a test."""
    objects_more: dict[str, int]
    """Objects of the plugin's own, beyond those that were alive after the first quarter."""
    threads_more: list[str]
    files_more: list[str]
    changed: list[str]


def run(folder: Path, *arguments: str, **environment: str) -> Run:
    """Run the tests in that folder.

    Raises:
        RuntimeError: not all scenarios pass, so that there is nothing to measure.
    """
    command = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "--rootdir", str(folder), *arguments]
    command += ["--import-mode=importlib", "-p", "no:cacheprovider", str(folder)]
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    done = subprocess.run(
        command,
        env={**inherited, "PYTHONPATH": str(REPOSITORY), "PYTHONPYCACHEPREFIX": str(_BYTECODE), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - began
    found = re.search(r"^(\d+) passed(?:, \d+ deselected)? in ", done.stdout, re.MULTILINE)
    if found is None or done.returncode:
        raise RuntimeError(done.stdout[-3_000:])
    return Run(passed=int(found[1]), seconds=seconds)


def in_one_and_in_two(rounds: int, copies: int) -> list[tuple[Run, Run]]:
    """So many copies of the suite in one process and in two, in turns, after runs that fill the caches of bytecode."""
    with _copied(copies) as folder:
        for workers in ("-n0", "-n2"):
            run(folder, _JUDGE, "-k", "healthy", workers)
        return [(run(folder, _JUDGE, "-p", "no:xdist"), run(folder, _JUDGE, "-n2")) for _ in range(rounds)]


def long_session(scenarios: int) -> LongSession:
    """The suite over and over in one process, until it comes to so many scenarios."""
    copies = -(-scenarios // IN_A_SUITE)
    with _copied(copies) as folder:
        done, notes = _watched(folder, _JUDGE)
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "test_idle.py").write_text(_IDLE.format(number=copies * IN_A_SUITE), "utf-8")
        _, idle = _watched(Path(name))
    before, after, warm = notes["before"], notes["after"], _warm(notes)
    return LongSession(
        passed=done.passed,
        growth=_growth(notes),
        growth_idle=_growth(idle),
        objects_more=dict(Counter(after["objects"]) - Counter(warm["objects"])),
        threads_more=_more(after["threads"], before["threads"]),
        files_more=_more(after["files"], before["files"]),
        changed=notes["changed"],
    )


def _watched(folder: Path, *arguments: str) -> tuple[Run, dict[str, Any]]:
    notes = folder / "notes.json"
    # pytest-socket, where it is installed, leaves a patch of its own behind.
    watching = ("-p", "tests.whole.footprint", "-p", "no:xdist", "-p", "no:socket")
    done = run(folder, *arguments, *watching, FOOTPRINT=str(notes), FOOTPRINT_EVERY=str(IN_A_SUITE // 2))
    return done, json.loads(notes.read_text("utf-8"))


def _warm(notes: dict[str, Any]) -> Any:
    return notes["during"][len(notes["during"]) // 4]


def _growth(notes: dict[str, Any]) -> int:
    warm, last = _warm(notes), notes["during"][-1]
    return round((last["memory"] - warm["memory"]) / (last["tests"] - warm["tests"]))


@contextmanager
def _copied(times: int) -> Iterator[Path]:
    """A folder with so many copies of the clients."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(times):
            copy = folder / f"part_{number:02}"
            copy.mkdir()
            (copy / "conftest.py").write_text(_COPY, "utf-8")
        yield folder


def _more(after: list[str], before: list[str]) -> list[str]:
    return sorted((Counter(after) - Counter(before)).elements())
