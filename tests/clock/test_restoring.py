"""After the clock, all is as it was before, whatever happened in between."""

from __future__ import annotations

import asyncio
import concurrent.futures.thread
import os
import queue
import select
import selectors
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
import trio
import uvloop

from pytest_ominigate.clock import VirtualClock, installed
from pytest_ominigate.clock.patches import Patches

BUILTIN: Any = type(len)
OWNERS: list[Any] = [
    time,
    select,
    selectors.EpollSelector,
    selectors.PollSelector,
    selectors.SelectSelector,
    socket.socket,
    threading.Condition,
    threading.Thread,
    queue,
    subprocess,
    subprocess.Popen,
    os,
    asyncio.BaseEventLoop,
    asyncio.base_events,
    concurrent.futures.thread._WorkItem,
    vars(trio._core._run)["TheIOManager"],
    trio._core._run,
    trio._core._thread_cache.ThreadCache,
    trio._timeouts,
    trio._socket._SocketType,
    uvloop.Loop,
]


def state_of_things() -> set[tuple[str, str, int]]:
    things = {(repr(owner), name, id(value)) for owner in OWNERS for name, value in vars(owner).items()}
    # The first is pytest-socket's affair; the other is made anew, the same as before, whenever the zone is looked up.
    return {thing for thing in things if thing[1] not in ("connect", "tzname")}


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture(autouse=True)
def _all_is_put_back(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    from pytest_ominigate.clock import dispatch

    monkeypatch.setattr(dispatch.state, "skipped", 0)
    with VirtualClock():
        pass
    before, descriptors = state_of_things(), open_files()
    yield
    assert state_of_things() ^ before == set()
    assert open_files() == descriptors
    assert not time_machine.escape_hatch.is_travelling()
    assert [thread.name for thread in threading.enumerate() if "ominigate" in thread.name] == []


def test_after_a_test_that_waited_in_all_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    before = time.monotonic()
    with VirtualClock():
        assert not isinstance(time.sleep, BUILTIN)
        time.sleep(1e-6)
        threading.Event().wait(1e-6)
        asyncio.run(asyncio.sleep(1e-6))
        asyncio.run(asyncio.to_thread(time.sleep, 1e-6))
        trio.run(trio.sleep, 1e-6)
        while time.monotonic() - before < 1e-3:
            pass
    while time.monotonic() - before < 2e-3:  # until real time has caught up with what was skipped
        pass
    with VirtualClock():
        pass


def test_after_an_exception() -> None:
    with pytest.raises(ZeroDivisionError), VirtualClock():
        raise ZeroDivisionError


def test_after_a_start_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(Patches, "__enter__", fail)
        with pytest.raises(ZeroDivisionError), VirtualClock():
            pass  # pragma: no cover
    with VirtualClock() as clock:
        time.sleep(0)
        assert clock.now() == 0


def test_after_the_test_has_replaced_something_itself() -> None:
    """The clock puts back what it found, not what it remembers from an earlier time."""
    calls: list[object] = []
    real = threading.Condition.wait

    def counted(self: threading.Condition, timeout: float | None = None) -> bool:
        calls.append(timeout)
        return real(self, timeout)

    threading.Condition.wait = counted  # type: ignore[method-assign]
    try:
        with VirtualClock():
            pass
        assert threading.Condition.wait is counted
    finally:
        threading.Condition.wait = real  # type: ignore[method-assign]


def test_after_nested_blocks_of_functions_in_place() -> None:
    with installed(), installed():
        with VirtualClock():
            pass
        assert not isinstance(time.sleep, BUILTIN)
    assert isinstance(time.sleep, BUILTIN)


def test_after_a_test_that_leaves_threads_waiting() -> None:
    event = threading.Event()
    with VirtualClock() as clock:
        waits: list[Callable[[], object]] = [lambda: time.sleep(3600), lambda: event.wait(3600), event.wait]
        threads = [threading.Thread(target=wait) for wait in waits]
        with clock.hold():
            for thread in threads:
                thread.start()
            while len(clock._conductor.waiters) < 3:
                os.sched_yield()
    for thread in threads[:2]:
        thread.join()
    event.set()
    threads[2].join()


def test_the_time_of_day_is_real_again() -> None:
    with VirtualClock():
        assert time.gmtime().tm_year == 2026
    booted = next(line.split()[1] for line in Path("/proc/stat").read_text().splitlines() if line.startswith("btime"))
    uptime = Path("/proc/uptime").read_text().split()[0]
    assert abs(int(booted) + float(uptime) - time.time()) < 60
