"""The clock can be held, and the keyboard still interrupts."""

from __future__ import annotations

import _thread
import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable

import pytest

from pytest_ominigate.clock import RealClock, VirtualClock, census

from .noting import sleeper_that_notes

BRIEFLY = 1e-4


def test_while_it_is_held_waits_last_as_long_as_in_real_time(clock: VirtualClock) -> None:
    with clock.hold():
        time.sleep(BRIEFLY)
        threading.Event().wait(BRIEFLY)
        asyncio.run(asyncio.sleep(BRIEFLY))

    assert clock.now() == 0.0003


def test_holds_may_be_nested(clock: VirtualClock) -> None:
    with clock.hold():
        with clock.hold():
            pass
        time.sleep(BRIEFLY)
    time.sleep(3600)

    assert clock.now() == 3600 + BRIEFLY


def test_time_stands_still_while_it_is_held_and_nothing_waits(clock: VirtualClock) -> None:
    with clock.hold():
        before = time.monotonic_ns(), time.time_ns()
        sum(range(1_000_000))

        assert (time.monotonic_ns(), time.time_ns()) == before


def test_no_jump_while_it_is_held(clock: VirtualClock) -> None:
    woken: list[float] = []
    sleeper = sleeper_that_notes(clock, 3600, woken)
    with clock.hold():
        sleeper.start()
        for _ in range(20):
            time.sleep(BRIEFLY)
        assert woken == []
    sleeper.join()

    assert woken == [3600]


@pytest.mark.parametrize(
    "wait",
    [
        lambda: time.sleep(3600),
        lambda: threading.Event().wait(3600),
        lambda: threading.Event().wait(),
        lambda: asyncio.run(asyncio.sleep(3600)),
    ],
)
def test_the_keyboard_interrupts_a_wait(clock: VirtualClock, wait: Callable[[], object]) -> None:
    interrupted = threading.Event()
    ended = _thread.allocate_lock()
    ended.acquire()

    def press(_signal: int, _frame: object) -> None:
        if not interrupted.is_set():
            interrupted.set()
            raise KeyboardInterrupt

    def interrupt() -> None:
        # A signal that comes just before a thread blocks does not wake it, whatever the thread waits for: press on.
        while not interrupted.is_set():
            if clock._conductor.waiters and census.blocked_on(threading.main_thread()) is not census.Block.CLOCK:
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            os.sched_yield()
        ended.release()

    usual = signal.signal(signal.SIGINT, press)
    try:
        with clock.hold():
            _thread.start_new_thread(interrupt, ())
            with pytest.raises(KeyboardInterrupt):
                wait()
    finally:
        interrupted.set()
        ended.acquire()
        signal.signal(signal.SIGINT, usual)

    assert clock._conductor.waiters == {}
    time.sleep(3600)
    assert clock.now() == 3600


def test_the_real_clock_has_nothing_to_record() -> None:
    with RealClock() as clock:
        before = clock.now()
        with clock.hold():
            time.sleep(BRIEFLY)

        assert clock.now() - before >= BRIEFLY
        assert (clock.waits, clock.doubts, clock.wall().utcoffset()) == ((), (), RealClock.started().wall().utcoffset())
