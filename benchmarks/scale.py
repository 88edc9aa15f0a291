"""Whether the plugin holds at scale: with many callers, many threads, many scenarios, and on two processors.

Run it from the repository: ``python3 -m benchmarks.scale [callers] [threads] [session] [workers] [request]``; all of
them by default, which takes some minutes. Every figure has its goal beside it, and one that is missed ends the command
with status 1. Times are judged only as ratios of what ran in this same command.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from benchmarks import loopback, suite
from tests.whole import crowd

CALLERS = {"aiohttp": (crowd.with_aiohttp, 2_000), "httpx": (crowd.with_httpx, 500)}
"""Httpx searches its whole queue whenever a connection gets free, so that more callers would take it minutes."""
THREADS = {"requests": (crowd.with_requests, 500), "http.client": (crowd.with_http_client, 500)}
SCENARIOS = 10_000
ROUNDS = 3
COPIES = 3
WORKERS_GOAL = 0.65
MEMORY_GOAL = 1.3
"""Times what stays of a test that does nothing, from the end of the first quarter of the session on: pytest keeps the
item and three reports of each test until the session is over. What the plugin kept beside would come on top.
"""
FEW = 300
"""Objects of one kind. A bounded cache holds up to 256 requests; what leaked would come to thousands."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Something that was seen, and whether it is what was to be."""

    name: str
    seen: object
    goal: object
    holds: bool


def equal(name: str, seen: object, goal: object) -> Figure:
    """A figure that has to be exact."""
    return Figure(name, seen, goal, seen == goal)


def crowds(kinds: Mapping[str, tuple[Callable[[crowd.Crowd], Callable[[], object]], int]]) -> Iterator[Figure]:
    """One client under one scenario, and each caller with waits of its own."""
    for name, (client, size) in kinds.items():
        before = threading.active_count(), open_files()
        began = time.clock_gettime(time.CLOCK_MONOTONIC)  # perf_counter keeps what virtual clocks have skipped
        seen, right = crowd.see(client, size), crowd.right(size)
        took = time.clock_gettime(time.CLOCK_MONOTONIC) - began
        what = f"{size} with {name}"
        yield equal(f"{what}: verdict", (seen.verdict, seen.reasons), (right.verdict, right.reasons))
        yield equal(f"{what}: requests by status", seen.replies, right.replies)
        yield equal(f"{what}: what the callers got", seen.answers, right.answers)
        yield Figure(f"{what}: each caller's own waits", "as asked", "as asked", seen.waits == right.waits)
        yield equal(f"{what}: virtual seconds, all in all", seen.ended, right.ended)
        yield equal(f"{what}: threads and files after", (threading.active_count(), open_files()), before)
        print(f"({what}: {took:.1f} s of real time)")


def open_files() -> int:
    """How many files and sockets this process has open."""
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208


def session() -> Iterator[Figure]:
    """Ten thousand scenarios in one process."""
    run = suite.long_session(SCENARIOS)
    yield Figure("scenarios in one session", run.passed, f"{SCENARIOS} or more", run.passed >= SCENARIOS)
    ratio = run.growth / run.growth_idle
    print(f"(what stays with a scenario: {run.growth} bytes; with a test that does nothing: {run.growth_idle})")
    yield Figure(
        "memory that stays with a scenario over that of a test that does nothing",
        round(ratio, 2),
        f"{MEMORY_GOAL} or less",
        ratio <= MEMORY_GOAL,
    )
    most = max(run.objects_more.values(), default=0)
    yield Figure("objects of the plugin's own that stay, the most of one kind", most, f"{FEW} or fewer", most <= FEW)
    yield equal("threads left", run.threads_more, [])
    yield equal("files and sockets left", run.files_more, [])
    yield equal("patches and settings left", run.changed, [])


def workers() -> Iterator[Figure]:
    """The suite of the six operations in one process and in two.

    It is run several times over in each, for in a short run the second process hardly makes up for its own start.
    """
    pairs = suite.in_one_and_in_two(ROUNDS, COPIES)
    one, two = (min(pair[kind].seconds for pair in pairs) for kind in (0, 1))
    for pair in pairs:
        print(f"(one process: {pair[0].seconds:.1f} s; two: {pair[1].seconds:.1f} s)")
    passed = {run.passed for pair in pairs for run in pair}
    yield Figure("scenarios passed in each of the runs", sorted(passed), "all the same", len(passed) == 1)
    yield Figure(
        "time of -n 2 over that of one process",
        round(two / one, 2),
        f"{WORKERS_GOAL} or less",
        two <= WORKERS_GOAL * one,
    )


def request() -> Iterator[Figure]:
    """A request over the loopback, compared with one to a server that parses nothing."""
    for name, ratio in loopback.ratios().items():
        yield Figure(
            f"cost of a request with {name}", round(ratio, 2), f"{loopback.GOAL} or less", ratio <= loopback.GOAL
        )


PARTS: dict[str, Callable[[], Iterator[Figure]]] = {
    "callers": lambda: crowds(CALLERS),
    "threads": lambda: crowds(THREADS),
    "session": session,
    "workers": workers,
    "request": request,
}


def main() -> int:
    """Show what was asked for; 1 if something does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="what to show; all by default")
    chosen = parser.parse_args().parts or list(PARTS)
    # A crowd of 2,000 has as many connections, and both ends of each are in this process.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    missed = 0
    for part in chosen:
        print(f"\n{part}", flush=True)
        for figure in PARTS[part]():
            missed += not figure.holds
            print(
                f"  {'ok' if figure.holds else 'MISSED':7}{figure.name}: {figure.seen}  (goal: {figure.goal})",
                flush=True,
            )
    print(f"\n{f'{missed} missed' if missed else 'all hold'}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
