"""What the clock cannot see becomes a doubt, never a wrong time."""

from __future__ import annotations

import _thread
import os
import queue
import signal
import subprocess
import sys
import threading

import pytest

from pytest_ominigate.clock import VirtualClock


@pytest.mark.parametrize(
    "escape",
    [
        lambda: threading.Lock().acquire() and None,
        lambda: (lock := threading.Lock()).acquire() and lock.acquire(timeout=0.2),
        lambda: queue.SimpleQueue[int]().get(timeout=0.2),
    ],
    ids=["no wait at all", "Lock.acquire(timeout)", "SimpleQueue.get(timeout)"],
)
def test_a_wait_on_real_time_is_noticed(clock: VirtualClock, escape: object, request: pytest.FixtureRequest) -> None:
    try:
        escape()  # type: ignore[operator]
    except queue.Empty:
        pass

    waited = "no wait" not in request.node.name
    assert bool(clock.doubts) is waited
    assert all("test_doubts.py" in doubt for doubt in clock.doubts)
    assert clock.now() == 0


def test_another_process_runs_at_real_pace(clock: VirtualClock) -> None:
    child = subprocess.Popen([sys.executable, "-c", "pass"])

    assert child.wait(timeout=60) == 0


def test_a_test_that_waits_for_nothing_is_noticed() -> None:
    told: list[str] = []
    event = threading.Event()

    def notice(reason: str) -> None:
        told.append(reason)
        event.set()

    with VirtualClock() as clock:
        clock.on_stuck(notice)
        event.wait()

    assert told == ["it waited for something that never comes"]


def test_ctrl_c_ends_a_wait(clock: VirtualClock) -> None:
    main = threading.main_thread().ident or 0
    pressed: list[int] = []

    def interrupt(number: int, _frame: object) -> None:
        if not pressed:
            pressed.append(number)
            raise KeyboardInterrupt

    def press() -> None:
        while not pressed:  # one that arrives just before the wait is lost
            signal.pthread_kill(main, signal.SIGINT)
            os.sched_yield()

    def wait() -> None:
        _thread.start_new_thread(press, ())
        threading.Event().wait(60)

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        with clock.hold(), pytest.raises(KeyboardInterrupt):
            wait()
    finally:
        signal.signal(signal.SIGINT, before)

    assert pressed == [signal.SIGINT]
