"""A plugin for pytest that notes what a run leaves in its process: threads, files, patches, settings and objects.

Load it with ``-p tests.whole.footprint``. It writes what it saw to the file that the environment variable
``FOOTPRINT`` names, as JSON: ``before`` (when the first test begins), ``during`` (after every so many tests as
``FOOTPRINT_EVERY`` says) and ``after`` (when the run is over).
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import queue
import select
import selectors
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from concurrent.futures.thread import _WorkItem
from pathlib import Path
from typing import Any

import pytest

OWNERS: dict[str, Any] = {
    "asyncio.BaseEventLoop": asyncio.BaseEventLoop,
    "os": os,
    "queue": queue,
    "select": select,
    "selectors.EpollSelector": selectors.EpollSelector,
    "selectors.SelectSelector": selectors.SelectSelector,
    "socket": socket,
    "socket.socket": socket.socket,
    "ssl.SSLContext": ssl.SSLContext,
    "subprocess": subprocess,
    "subprocess.Popen": subprocess.Popen,
    "threading.Condition": threading.Condition,
    "threading.Thread": threading.Thread,
    "time": time,
    "_WorkItem": _WorkItem,
}
AHEAD = ("monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns")
"""Monotonic time never goes back, so these keep what a virtual clock has skipped."""
KINDS = ("Attempt", "Bench", "FakeGateway", "Ominigate", "Running", "Stopper", "Timeline", "Trial", "VirtualClock")
"""Our classes of which no object may outlive its test, but for what a fixture's teardown is about to drop."""
UNTOUCHED_LOGGER = str((logging.NOTSET, [], []))
"""What is noted of a logger that somebody merely asked for: a library that was imported meanwhile, say."""
_PAGE = os.sysconf("SC_PAGE_SIZE")


def settings() -> dict[str, str]:
    """The process-wide settings that a test could change, each as text that is equal as long as they are."""
    ahead = [getattr(time, name) for name in AHEAD]
    found = {
        f"{name}.{key}": repr(value) if isinstance(value, str | int | float | tuple) else str(id(value))
        for name, owner in OWNERS.items()
        for key, value in vars(owner).items()
        if not key.startswith("__") and not any(value is function for function in ahead)
    }
    loggers = [
        logging.root,
        *(one for one in logging.root.manager.loggerDict.values() if isinstance(one, logging.Logger)),
    ]
    found |= {f"log {one.name}": str((one.level, ours(one.handlers), ours(one.filters))) for one in loggers}
    found |= {f"environ {name}": value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    found |= {f"signal {each.name}": str(signal.getsignal(each)) for each in signal.Signals}
    found["hooks"] = str([sys.gettrace(), sys.getprofile(), threading.gettrace(), threading.getprofile()])
    found["streams"] = str(
        [type(stream).__module__.startswith("pytest_ominigate") for stream in (sys.stdout, sys.stderr)]
    )
    found["policy"] = type(asyncio.get_event_loop_policy()).__qualname__
    found["warnings"] = str(ours(warnings.filters)) + warnings.showwarning.__module__
    found["collector"] = str((gc.isenabled(), gc.get_threshold(), ours(gc.callbacks)))
    found["limits"] = str((sys.getrecursionlimit(), sys.getswitchinterval(), socket.getdefaulttimeout()))
    found["year"] = time.strftime("%Y", time.localtime(time.time())) + time.strftime("%Y")
    return found


def ours(things: Any) -> list[str]:
    """Those that come from this project."""
    return [repr(thing) for thing in things if is_ours(thing)]


def is_ours(thing: object) -> bool:
    """Whether it comes from this project."""
    return str(type(thing).__module__).startswith("pytest_ominigate")


def objects() -> dict[str, int]:
    """How many objects of our own are alive."""
    gc.collect()
    found = Counter(type(each).__name__ for each in gc.get_objects() if is_ours(each))
    return {kind: found[kind] for kind in KINDS}


def footprint() -> dict[str, Any]:
    """All of it."""
    return {
        "objects": objects(),
        "memory": int(Path("/proc/self/statm").read_text("ascii").split()[1]) * _PAGE,
        "threads": sorted(thread.name for thread in threading.enumerate()),
        "files": sorted(files()),
    }


def files() -> Iterator[str]:
    """What the process has open."""
    for each in Path("/proc/self/fd").iterdir():
        try:
            target = str(each.readlink())
        except FileNotFoundError:  # that of the folder itself
            continue
        yield target.partition(":")[0] if target.startswith(("socket:", "pipe:")) else target


class Watch:
    """Looks before, during and after."""

    def __init__(self, path: Path, every: int) -> None:
        self.path = path
        self.every = every
        self.tests = 0
        self.seen: dict[str, Any] = {"during": []}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self) -> None:
        """Before the first test."""
        self.settings = settings()
        self.seen["before"] = footprint()

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logfinish(self) -> None:
        """After a test."""
        self.tests += 1
        if self.every and self.tests % self.every == 0:
            self.seen["during"].append({"tests": self.tests, **footprint()})

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """After the last test, and after the fixtures of one that was interrupted."""
        after = settings()
        names = sorted(after.keys() | self.settings.keys())
        changed = [
            name for name in names if after.get(name, UNTOUCHED_LOGGER) != self.settings.get(name, UNTOUCHED_LOGGER)
        ]
        self.seen |= {"tests": self.tests, "after": footprint(), "changed": changed}
        self.path.write_text(json.dumps(self.seen), "utf-8")


def pytest_configure(config: pytest.Config) -> None:
    """Begin to look, if a file is named."""
    path = os.environ.get("FOOTPRINT")
    if path:
        config.pluginmanager.register(Watch(Path(path), int(os.environ.get("FOOTPRINT_EVERY", "0"))))
