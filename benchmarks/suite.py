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
IN_A_SUITE = 744
"""How many scenarios the six operations have together."""
_BYTECODE = Path(tempfile.gettempdir()) / "ominigate-benchmarks-bytecode"
"""Kept, as it is for a user: without it, each process compiles all plugins of pytest anew."""
_COPY = "from benchmarks.six_operations.conftest import *  # noqa: F403\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run that is over."""

    passed: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LongSession:
    """What a long session left."""

    passed: int
    growth: float
    """Bytes for each test, from the end of the first quarter on."""
    objects_more: dict[str, int]
    """Objects of the plugin's own, beyond those that were alive after the first quarter."""
    threads_more: list[str]
    files_more: list[str]
    changed: list[str]


def run(folder: Path, *arguments: str, **environment: str) -> Run:
    """Judge the clients in that folder.

    Raises:
        RuntimeError: not all scenarios pass, so that there is nothing to measure.
    """
    command = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "--rootdir", str(folder), *arguments]
    command += ["--import-mode=importlib", "-p", "no:cacheprovider", "--ominigate-errors", str(folder)]
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
            run(folder, "-k", "healthy", workers)
        return [(run(folder, "-p", "no:xdist"), run(folder, "-n2")) for _ in range(rounds)]


def long_session(scenarios: int) -> LongSession:
    """The suite over and over in one process, until it comes to so many scenarios."""
    with _copied(-(-scenarios // IN_A_SUITE)) as folder:
        notes = folder / "notes.json"
        # pytest-socket, where it is installed, leaves a patch of its own behind.
        watching = ("-p", "tests.whole.footprint", "-p", "no:xdist", "-p", "no:socket")
        done = run(folder, *watching, FOOTPRINT=str(notes), FOOTPRINT_EVERY=str(IN_A_SUITE // 2))
        return _left(done, json.loads(notes.read_text("utf-8")))


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


def _left(done: Run, notes: dict[str, Any]) -> LongSession:
    before, after, during = notes["before"], notes["after"], notes["during"]
    for each in (before, *during, after):
        print(f"({each.get('tests', '')} {each['memory'] / 2**20:.1f} MiB)")
    warm, last = during[len(during) // 4], during[-1]
    return LongSession(
        passed=done.passed,
        growth=round((last["memory"] - warm["memory"]) / (last["tests"] - warm["tests"])),
        objects_more=dict(Counter(after["objects"]) - Counter(warm["objects"])),
        threads_more=_more(after["threads"], before["threads"]),
        files_more=_more(after["files"], before["files"]),
        changed=notes["changed"],
    )


def _more(after: list[str], before: list[str]) -> list[str]:
    return sorted((Counter(after) - Counter(before)).elements())
