"""Threads that do not belong to the test: they live by real time, unless the test's work reaches them."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from pytest_ominigate.clock import VirtualClock, inflight, native, watching
from pytest_ominigate.clock.conductor import Conductor
from pytest_ominigate.clock.hands import Hands
from pytest_ominigate.clock.members import Members
from pytest_ominigate.clock.virtual import START
from pytest_ominigate.clock.waiters import Waiter


class Old:
    """A thread older than the clock, that does what it is told: a function at a time."""

    def __init__(self) -> None:
        self._todo: list[object] = []
        self._called, self._done = threading.Semaphore(0), threading.Semaphore(0)
        self._stopping = False
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        while True:
            self._called.acquire()
            if self._stopping:
                return
            self.result = self._function()
            self._done.release()

    def call(self, function: object) -> object:
        self.begin(function)
        self._done.acquire()
        return self.result

    def begin(self, function: object) -> None:
        assert callable(function)
        self._function = function
        self._called.release()

    def stop(self) -> None:
        self._stopping = True
        self._called.release()
        self.thread.join()


@pytest.fixture
def old() -> Iterator[Old]:
    old = Old()
    yield old
    old.stop()


@contextmanager
def spinning() -> Iterator[threading.Thread]:
    """A thread that never rests."""
    stop = threading.Event()
    thread = threading.Thread(target=lambda: [None for _ in iter(stop.is_set, True)])
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join()


def test_an_old_thread_keeps_real_time(old: Old) -> None:
    with VirtualClock() as clock:
        ahead = time.monotonic()
        time.sleep(72_000)
        reading = old.call(time.monotonic)

        assert isinstance(reading, float)
        assert reading < ahead + 72_000
        assert clock.waits[0].seconds == 72_000


def test_the_waits_of_an_old_thread_are_none_of_the_tests(old: Old) -> None:
    with VirtualClock() as clock:
        old.call(lambda: time.sleep(1e-6))

        assert clock.waits == ()


def test_a_thread_that_an_old_one_starts_keeps_real_time_too(old: Old) -> None:
    def start_another() -> None:
        thread = threading.Thread(target=time.sleep, args=(1e-6,))
        thread.start()
        thread.join()

    with VirtualClock() as clock:
        old.call(start_another)

        assert (clock.waits, clock.now()) == ((), 0)


def test_an_old_thread_lives_by_the_clock_once_the_tests_context_reaches_it(old: Old) -> None:
    with VirtualClock() as clock:
        context = contextvars.copy_context()
        old.call(lambda: context.run(time.sleep, 3600))

        assert clock.now() == 3600


def work_and_set(event: threading.Event) -> None:
    sum(range(100_000))
    event.set()


def test_what_an_old_thread_is_about_to_signal_is_waited_for(old: Old) -> None:
    with VirtualClock() as clock:
        for _ in range(30):
            event = threading.Event()
            old.begin(partial(work_and_set, event))

            assert event.wait(3600) is True
        assert clock.now() == 0


def test_an_old_thread_at_rest_does_not_hold_time_up(old: Old, clock: VirtualClock) -> None:
    assert threading.Event().wait(3600) is False
    assert clock.now() == 3600


def test_an_old_thread_that_never_rests_does_not_hold_time_up_for_ever() -> None:
    with spinning(), VirtualClock() as clock:
        for _ in range(10):
            assert threading.Event().wait(3600) is False
        assert clock.now() == 36_000
    assert clock.doubts == ()


@pytest.mark.parametrize(("moves", "restless"), [(False, True), (True, False)])
def test_a_thread_that_was_seen_at_work_twice_may_have_rested_in_between(moves: bool, restless: bool) -> None:
    """If the clock has moved since, it did."""
    conductor = Conductor(Hands(START, 0), Members(VirtualClock()), pytest.fail)
    conductor.running = True
    watcher, begun_ns = watching.Watcher(conductor, pytest.fail), native.monotonic_ns()
    with spinning() as thread, conductor.lock:
        conductor.register(Waiter(1_000_000_000))
        watcher.look(begun_ns)
        conductor.advance(1 if moves else 0)
        watcher.look(begun_ns + 500_000_000)
        conductor.sleepers.close()

        assert conductor.members.is_restless(thread) is restless


def test_that_it_ended_a_wait_after_all_casts_doubt() -> None:
    event = threading.Event()
    go_on = threading.Event()

    def spin() -> None:
        while not go_on.is_set():
            pass
        event.set()

    thread = threading.Thread(target=spin)
    thread.start()
    with VirtualClock() as clock:
        threading.Event().wait(3600)
        go_on.set()
        event.wait()
    thread.join()

    assert clock.doubts == ("a thread older than the clock, which never rests, ended a wait of the test",)


def test_a_thread_of_the_harness_keeps_real_time_though_the_test_starts_it(clock: VirtualClock) -> None:
    readings: list[float] = []
    time.sleep(72_000)
    thread = threading.Thread(target=lambda: readings.append(time.monotonic()))
    inflight.stay_real(thread)
    thread.start()
    thread.join()

    assert readings[0] < time.monotonic() - 70_000
    assert inflight.stays_real(thread)


def test_a_thread_of_the_test_run_keeps_real_time_though_it_is_started_under_the_clock(clock: VirtualClock) -> None:
    """As the one by which pytest-timeout ends a test that hangs."""

    def interrupt() -> None:  # pragma: no cover - an hour is too long
        pytest.fail("it ran on virtual time")

    interrupt.__module__ = "pytest_timeout"
    timer = threading.Timer(3600, interrupt)
    timer.start()
    time.sleep(72_000)

    assert timer.is_alive()
    timer.cancel()
    timer.join()


@pytest.mark.timeout(50, method="thread")
def test_the_time_limit_of_a_test_is_in_real_time_by_thread(clock: VirtualClock) -> None:
    time.sleep(72_000)
    threading.Event().wait(72_000)


@pytest.mark.timeout(50, method="signal")
def test_the_time_limit_of_a_test_is_in_real_time_by_signal(clock: VirtualClock) -> None:
    time.sleep(72_000)
    threading.Event().wait(72_000)


@pytest.mark.timeout(50, method="thread", func_only=True)
def test_the_time_limit_of_a_function_is_in_real_time(clock: VirtualClock) -> None:
    time.sleep(72_000)
    threading.Event().wait(72_000)


def test_a_thread_that_outlives_the_clock_goes_on_waiting_for_its_signal() -> None:
    """A wait without a time limit is not over because the test is."""
    event = threading.Event()
    ends: list[bool] = []
    with VirtualClock():
        thread = threading.Thread(target=lambda: ends.append(event.wait()))
        thread.start()
        time.sleep(1)
    with VirtualClock() as clock:
        time.sleep(1)
        assert (ends, clock.now()) == ([], 1)
    event.set()
    thread.join()

    assert ends == [True]


def test_a_thread_that_outlives_the_clock_does_not_sleep_its_hours_in_real_time() -> None:
    with VirtualClock():
        thread = threading.Thread(target=time.sleep, args=(72_000,))
        thread.start()
        time.sleep(1)
    thread.join()

    assert not thread.is_alive()


def test_their_monotonic_time_is_no_other_than_the_clocks(old: Old) -> None:
    with VirtualClock(lead=600):
        theirs, ours = old.call(time.monotonic), time.monotonic()

    assert isinstance(theirs, float)
    assert abs(theirs - ours) < 300


def test_a_wait_that_one_of_them_ended_after_waiting_itself_is_doubted(
    old: Old, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pytest_ominigate.clock.conductor._LONG_NS", -1)  # as if real time had passed
    event = threading.Event()
    with VirtualClock() as clock:
        old.begin(lambda: _set_when_awaited(event))
        event.wait()

    assert clock.doubts == ("a thread older than the clock, which waits on real time, ended a wait of the test",)


def _set_when_awaited(event: threading.Event) -> None:
    while not event._cond._waiters:  # type: ignore[attr-defined]
        native.sleep(0.001)
    event.set()
