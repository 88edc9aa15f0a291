"""Waits that the clock cannot see: it says so, and never accuses on such a basis."""

from __future__ import annotations

import _queue
import asyncio
import hashlib
import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import uvloop

from pytest_ominigate.clock import VirtualClock, census, inflight

HOUR = 3600


@contextmanager
def blocked_in(wait: Callable[[], object], release: Callable[[], object]) -> Iterator[None]:
    """A thread of the test blocks in *wait* until *release*."""
    thread = threading.Thread(target=wait)
    thread.start()
    try:
        yield
    finally:
        release()
        thread.join()


def test_a_lock_with_a_time_limit_casts_doubt(doubtful: VirtualClock) -> None:
    lock = threading.Lock()
    lock.acquire()
    with blocked_in(lambda: lock.acquire(timeout=HOUR), lock.release):
        time.sleep(10)

    (doubt,) = doubtful.doubts
    assert doubt.startswith("a wait on real time, which the virtual clock cannot see, at test_doubts.py:")
    assert doubt.endswith(" in <lambda>")


def test_a_queue_written_in_c_with_a_time_limit_casts_doubt(doubtful: VirtualClock) -> None:
    items: _queue.SimpleQueue[int] = _queue.SimpleQueue()
    with blocked_in(lambda: items.get(timeout=HOUR), lambda: items.put(1)):
        time.sleep(10)

    assert len(doubtful.doubts) == 1


def test_polling_with_a_time_limit_casts_doubt(doubtful: VirtualClock) -> None:
    reader, writer = os.pipe()
    poll = select.poll()
    poll.register(reader, select.POLLIN)
    with blocked_in(lambda: poll.poll(HOUR * 1000), lambda: os.write(writer, b".")):
        time.sleep(10)
    os.close(reader)
    os.close(writer)

    assert len(doubtful.doubts) == 1


def test_a_thread_that_wakes_while_it_is_looked_at_casts_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """As one whose reply has arrived, but that has not come to run."""
    lock, ran = threading.Lock(), threading.Lock()
    lock.acquire()
    ran.acquire()

    def nothing_is_under_way() -> bool:
        if lock.locked() and clock._conductor.may_be_asleep(threading.main_thread()):
            lock.release()
            ran.acquire()
        return False

    with VirtualClock() as clock:
        monkeypatch.setattr(inflight, "anything", nothing_is_under_way)
        assert lock.acquire(timeout=HOUR)
        lock.release()
        ran.release()
        time.sleep(10)

        assert clock.doubts == ()


def test_a_wait_that_escapes_while_nothing_else_waits_casts_doubt() -> None:
    """Not only when the clock jumps over it: here nothing jumps."""
    lock = threading.Lock()

    class ReleasingClock(VirtualClock):
        def doubt(self, reason: str) -> None:
            super().doubt(reason)
            if lock.locked():
                lock.release()

    lock.acquire()
    with ReleasingClock() as clock:
        assert lock.acquire(timeout=HOUR)

    assert len(clock.doubts) == 1


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="processes cannot be stopped here")
def test_a_wait_that_escapes_casts_doubt_also_after_the_process_was_stopped(doubtful: VirtualClock) -> None:
    """As by a suspended shell job or machine: the system then tells less of what the wait was."""
    lock = threading.Lock()
    lock.acquire()
    stop_and_continue = f"kill -STOP {os.getpid()}; kill -CONT {os.getpid()}"
    with blocked_in(lambda: lock.acquire(timeout=HOUR), lock.release):
        subprocess.run(["sh", "-c", stop_and_continue], check=True)
        time.sleep(10)

    assert len(doubtful.doubts) == 1


def test_the_same_doubt_is_recorded_once(doubtful: VirtualClock) -> None:
    lock = threading.Lock()
    lock.acquire()
    with blocked_in(lambda: lock.acquire(timeout=HOUR), lock.release):
        for _ in range(5):
            time.sleep(10)

    assert len(doubtful.doubts) == 1


def test_a_lock_without_a_time_limit_is_beyond_doubt(clock: VirtualClock) -> None:
    lock = threading.Lock()
    lock.acquire()
    with blocked_in(lock.acquire, lock.release):
        for _ in range(5):
            time.sleep(HOUR)

    assert clock.now() == 5 * HOUR


def test_input_without_a_time_limit_is_beyond_doubt(clock: VirtualClock) -> None:
    reader, writer = os.pipe()
    with blocked_in(lambda: os.read(reader, 1), lambda: os.write(writer, b".")):
        time.sleep(HOUR)
    os.close(reader)
    os.close(writer)

    assert clock.now() == HOUR


def test_idle_threads_of_pools_and_servers_are_beyond_doubt(clock: VirtualClock) -> None:
    import trio

    from .servers import ThreadedServer

    trio.run(lambda: trio.to_thread.run_sync(int))
    with ThreadPoolExecutor(2) as pool, ThreadedServer().running():
        list(pool.map(int, range(2)))
        for _ in range(20):
            time.sleep(HOUR)

    assert clock.now() == 20 * HOUR


def test_uvloop_casts_doubt(doubtful: VirtualClock) -> None:
    uvloop.run(asyncio.sleep(0))

    assert doubtful.doubts == ("uvloop keeps a time of its own; use asyncio's own loop, or --ominigate-clock=real",)


def test_uvloop_casts_doubt_also_if_it_runs_already() -> None:
    async def main() -> VirtualClock:
        with VirtualClock() as clock:
            return clock

    assert uvloop.run(main()).doubts == (
        "uvloop keeps a time of its own; use asyncio's own loop, or --ominigate-clock=real",
    )


def test_asyncios_own_loop_is_beyond_doubt_though_uvloop_is_installed(clock: VirtualClock) -> None:
    asyncio.run(asyncio.sleep(HOUR))

    assert clock.now() == HOUR


@pytest.mark.skipif(not census.AVAILABLE, reason="the system keeps no account of threads")
def test_a_thread_that_has_just_woken_up_is_blocked_on_nothing() -> None:
    ended = threading.Event()

    def compute() -> None:
        while not ended.is_set():
            hashlib.pbkdf2_hmac("sha256", b"some", b"thing", 20_000)  # without the interpreter's lock

    thread = threading.Thread(target=compute)
    thread.start()
    try:
        assert any(census.blocked_on(thread) is None for _ in range(10_000))
    finally:
        ended.set()
        thread.join()


class TestWithoutAnAccount:
    """Where the operating system tells little of threads, a guess must do."""

    @pytest.fixture(autouse=True)
    def _nothing_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(census, "AVAILABLE", False)
        monkeypatch.setattr(census, "blocked_on", lambda _: census.Block.UNKNOWN)

    def test_known_waits_are_as_exact_as_ever(self, clock: VirtualClock) -> None:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(time.sleep, [1, 2, 3, 4]))

        assert clock.now() == 4

    def test_time_moves_on_past_a_thread_that_is_blocked_in_a_way_unknown(self, doubtful: VirtualClock) -> None:
        lock = threading.Lock()
        lock.acquire()
        with blocked_in(lock.acquire, lock.release):
            for _ in range(3):
                time.sleep(HOUR)

        assert doubtful.now() == 3 * HOUR
        assert len(doubtful.doubts) == 1

    def test_a_thread_that_computes_is_waited_for(self, clock: VirtualClock) -> None:
        computed_at: list[float] = []

        def compute() -> None:
            sum(range(5_000_000))
            computed_at.append(clock.now())

        thread = threading.Thread(target=compute)
        thread.start()
        time.sleep(10)
        thread.join()

        assert computed_at == [0]
