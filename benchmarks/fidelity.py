"""Whether other projects' tests see a difference between virtual and real time: their suites, clock off and clock on.

``python3 benchmarks/fidelity.py [--here] [suite ...]`` fetches the sources of tenacity, stamina and backoff, makes an
environment for them in a folder of its own (or takes the current one), runs their suites and CPython's own tests of
asyncio twice, and prints how many tests passed, failed and were skipped. It exits with 1 if any single test ended
otherwise with the clock on than off, but for the differences listed below, each of which must then be there.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import venv
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
PLUGIN = Path(__file__).with_name("each_under_the_clock.py")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ominigate-fidelity"
LONGEST_S = 1800
"""Real time after which a suite that has not come to its end is given up."""

# backoff's own source distributions have no tests in them; those of its successor, of the same import name, do. The
# first of them is backoff 2.2.1 under another name; from 2.4.0 on, tests assert that computing takes time.
RELEASES = {
    "tenacity": "tenacity==9.2.1",
    "stamina": "stamina==26.1.0",
    "backoff": "python-backoff==2.2.2",
    "backoff-3": "python-backoff==3.0.0",
}
NEEDS = ["pytest", "pytest-asyncio", "anyio", "trio", "dirty-equals", "structlog", "prometheus-client", "tornado"]
NEEDS += ["requests", "responses", "packaging"]
ASYNCIO = ("test_tasks", "test_taskgroups", "test_waitfor", "test_timeouts", "test_locks", "test_queues")
OTHER = ("test_socketserver", "test_httpservers", "test_sched")
CPYTHON = {name: f"test.test_asyncio.{name}" for name in ASYNCIO} | {name: f"test.{name}" for name in OTHER}

Outcomes = dict[str, str]


@dataclass(frozen=True)
class Difference:
    """A test that must end otherwise with the clock on, and why."""

    off: str
    on: str
    reason: str


_STANDS_STILL = Difference(
    "passed", "failed", "asserts that computing takes more than no time, but the clock stands still"
)
_EXCEPTION = ("giveup[False]", "giveup[True]", "jitter", "on_try_runs_before_attempt", "success")
_PREDICATE = ("giveup", "iterable_handlers", "jitter", "on_try_runs_before_attempt", "success")
_BACKOFF = [f"test_on_exception_{name}" for name in _EXCEPTION] + [f"test_on_predicate_{name}" for name in _PREDICATE]
_RETRY_CONTEXT = [f"test_{kind}_context_on_try_runs_before_attempt" for kind in ("retry", "aretry")]

KNOWN: dict[str, dict[str, Difference]] = {
    "backoff-3": {
        **{
            f"tests/{file}.py::{test}": _STANDS_STILL
            for file in ("test_backoff", "test_backoff_async")
            for test in _BACKOFF
        },
        **{f"tests/test_retry_context.py::{test}": _STANDS_STILL for test in _RETRY_CONTEXT},
    },
}
"""For each suite the tests that are known to end otherwise, by their ids."""


@dataclass
class Comparison:
    """The two runs of one suite."""

    off: Outcomes
    on: Outcomes
    known: dict[str, Difference] = field(default_factory=dict)

    def unexpected(self) -> list[str]:
        """A line for each test that ended otherwise than expected."""
        lines = []
        for test in sorted(self.off.keys() | self.on.keys() | self.known.keys()):
            seen = self.off.get(test, "not run"), self.on.get(test, "not run")
            listed = self.known.get(test)
            expected = (listed.off, listed.on) if listed else (seen[0], seen[0])
            if seen != expected:
                lines.append(f"{test}: off {seen[0]}, on {seen[1]}{', against what is listed' if listed else ''}")
        return lines

    def is_same(self) -> bool:
        """Whether all tests were run, and ended as expected."""
        return bool(self.off) and not self.unexpected()


class Runner:
    """Runs suites with one interpreter.

    Args:
        python: the interpreter.
        sources: the folder with the unpacked sources of the releases.
        logs: the folder for what the suites print.
    """

    def __init__(self, python: Path, sources: Path, logs: Path) -> None:
        self._python = python
        self._sources = sources
        self._logs = logs

    def compare(self, suite: str) -> Comparison:
        """Run a suite twice."""
        return Comparison(self._run(suite, "off"), self._run(suite, "on"), KNOWN.get(suite, {}))

    def _run(self, suite: str, clock: str) -> Outcomes:
        with tempfile.TemporaryDirectory() as folder:
            outcomes = Path(folder) / "outcomes.json"
            options = [f"--each-clock={clock}", f"--each-outcomes={outcomes}"]
            if suite in CPYTHON:
                where, command = Path(folder), [str(PLUGIN), *options, CPYTHON[suite]]
            else:
                where = self._sources / unpacked(RELEASES[suite])
                command = ["-m", "pytest", "tests", "-q", "-p", PLUGIN.stem, *options]
                command += ["-o", "asyncio_default_fixture_loop_scope=function"]
                command += ["-W", "ignore:Passing a non-Collection iterable to parametrize"]  # older than that warning
                for name in ("ominigate", "randomly", "cacheprovider"):
                    command += ["-p", f"no:{name}"]
            paths = os.pathsep.join(map(str, (REPOSITORY, PLUGIN.parent)))
            environment = os.environ | {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
            log = self._logs / f"{suite}-{clock}.log"
            try:
                with log.open("w", encoding="utf-8") as output:
                    subprocess.run(
                        [self._python, *command],
                        cwd=where,
                        env=environment,
                        stdout=output,
                        stderr=output,
                        timeout=LONGEST_S,
                        check=False,
                    )
            except subprocess.TimeoutExpired:
                print(f"{suite}, clock {clock}: no end after {LONGEST_S} s", file=sys.stderr)
            found: Outcomes = json.loads(outcomes.read_text("utf-8")) if outcomes.exists() else {}
            return found


def unpacked(release: str) -> str:
    """The name of the folder in a release's source distribution."""
    name, _, version = release.partition("==")
    return f"{name.replace('-', '_')}-{version}"


def fetch(releases: list[str], sources: Path) -> list[Path]:
    """Download the source distributions that are not there yet, and unpack them; the archives."""
    archives = []
    for release in releases:
        name = release.partition("==")[0]
        archive = sources / f"{unpacked(release)}.tar.gz"
        if not archive.exists():
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", name, release]
            subprocess.run([*command, "--dest", str(sources)], check=True)
            with tarfile.open(archive) as packed:
                packed.extractall(sources, filter="data")
        archives.append(archive)
    return archives


def make_environment(folder: Path, archives: list[Path]) -> Path:
    """An environment with the suites' projects and what they need; its interpreter.

    Of two releases of one project it holds the later; each suite runs on the sources beside it.
    """
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        venv.create(folder, with_pip=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    latest = {archive.name.partition("-")[0]: str(archive) for archive in archives}
    subprocess.run([*install, "-e", str(REPOSITORY), *NEEDS, *latest.values()], check=True)
    return python


def _counts(outcomes: Outcomes) -> str:
    counts = Counter(outcomes.values())
    return "".join(f"{counts[outcome]:8}" for outcome in ("passed", "failed", "skipped"))


def main(arguments: list[str]) -> int:
    """Run the suites and print the table; 1 if there is a difference."""
    parser = argparse.ArgumentParser(description="Other projects' tests, clock off and clock on.")
    parser.add_argument("--here", action="store_true", help="use the current environment, with all that is needed")
    parser.add_argument("--cache", type=Path, default=CACHE, help="folder for sources, environments and logs")
    names = [*RELEASES, *CPYTHON]
    parser.add_argument("suites", nargs="*", default=[], help=f"some of {', '.join(names)}; all if none is given")
    chosen = parser.parse_args(arguments)
    suites = chosen.suites or names
    if unknown := set(suites) - set(names):
        parser.error(f"no such suite: {', '.join(sorted(unknown))}")
    cache = chosen.cache.resolve()
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    sources, logs = cache / "sources", cache / f"logs{version}"
    for folder in (sources, logs):
        folder.mkdir(parents=True, exist_ok=True)
    archives = fetch([RELEASES[suite] for suite in suites if suite in RELEASES], sources)
    python = Path(sys.executable) if chosen.here else make_environment(cache / f"python{version}", archives)
    runner = Runner(python, sources, logs)

    print(f"{'':20}{'clock off':^24}{'clock on':^24}\n{'':20}{'  passed  failed skipped' * 2}  same?")
    same = True
    for suite in suites:
        comparison = runner.compare(suite)
        same &= comparison.is_same()
        answer = "yes" if comparison.is_same() else "NO"
        if comparison.is_same() and comparison.known:
            answer += f", but for {len(comparison.known)} known"
        print(f"{suite:20}{_counts(comparison.off)}{_counts(comparison.on)}  {answer}", flush=True)
        for line in comparison.unexpected():
            print(f"    {line}")
        for reason, count in Counter(difference.reason for difference in comparison.known.values()).items():
            print(f"    {count} known: {reason}")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
