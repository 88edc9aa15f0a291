"""Blocking waits cost nothing, last exactly as long as they say, and all clocks agree about it."""

from __future__ import annotations

import concurrent.futures
import datetime as dt
import queue
import threading
import time
from time import monotonic as early_monotonic
from time import sleep as early_sleep

import pytest

from pytest_ominigate.clock import START, VirtualClock


def sleep_by_default(seconds: float, sleep: object = time.sleep) -> None:
    sleep(seconds)  # type: ignore[operator]


class Sleeper:
    pause = staticmethod(time.sleep)


def test_a_wait_of_hours_lasts_exactly_as_long_as_it_says(clock: VirtualClock) -> None:
    wall, monotonic, now = time.time(), time.monotonic(), dt.datetime.now(dt.UTC)

    for seconds in (1, 2, 4, 8, 72_000):
        time.sleep(seconds)

    assert clock.now() == 72_015
    assert time.time() - wall == 72_015
    assert time.monotonic() - monotonic == pytest.approx(72_015, abs=1e-6)
    assert dt.datetime.now(dt.UTC) - now == dt.timedelta(seconds=72_015)
    assert clock.wall() == START + dt.timedelta(seconds=72_015)


def test_the_day_begins_at_the_same_whole_second_every_time(clock: VirtualClock) -> None:
    assert dt.datetime.now(dt.UTC) == START


@pytest.mark.parametrize(
    "sleep", [early_sleep, sleep_by_default, Sleeper.pause, lambda seconds: Sleeper().pause(seconds)]
)
def test_a_name_that_was_bound_early_waits_on_the_clock(clock: VirtualClock, sleep: object) -> None:
    before = early_monotonic()

    # Looked up anew: what the parameter holds was bound before the clock could know of it.
    (early_sleep if sleep is not sleep_by_default else sleep_by_default)(3.25)

    assert clock.now() == 3.25
    assert early_monotonic() - before == pytest.approx(3.25, abs=1e-6)


def test_waits_are_recorded_with_the_place_that_asked(clock: VirtualClock) -> None:
    time.sleep(1.5)

    (wait,) = clock.waits
    assert (wait.at, wait.seconds, wait.how) == (0.0, 1.5, "time.sleep")
    assert wait.where.startswith("test_blocking.py:")
    assert wait.where.endswith(" in test_waits_are_recorded_with_the_place_that_asked")


def test_a_negative_sleep_is_an_error_as_ever(clock: VirtualClock) -> None:
    with pytest.raises(ValueError, match="non-negative"):
        time.sleep(-1)


def test_an_event_nobody_sets_times_out(clock: VirtualClock) -> None:
    assert threading.Event().wait(3600) is False
    assert clock.now() == 3600


def test_an_event_that_another_thread_sets_ends_the_wait(clock: VirtualClock) -> None:
    event = threading.Event()

    def later() -> None:
        time.sleep(5)
        event.set()

    thread = threading.Thread(target=later)
    thread.start()

    assert event.wait(60) is True
    thread.join()
    assert clock.now() == 5


def test_an_empty_queue_times_out(clock: VirtualClock) -> None:
    with pytest.raises(queue.Empty):
        queue.Queue[int]().get(timeout=7)

    assert clock.now() == 7


def test_a_future_times_out_and_comes_later(clock: VirtualClock) -> None:
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        future = pool.submit(time.sleep, 10)
        with pytest.raises(concurrent.futures.TimeoutError):
            future.result(timeout=4)
        assert clock.now() == 4

    assert clock.now() == 10


def test_a_join_times_out(clock: VirtualClock) -> None:
    thread = threading.Thread(target=time.sleep, args=(10,))
    thread.start()

    thread.join(timeout=3)

    assert thread.is_alive()
    assert clock.now() == 3
    thread.join()
    assert clock.now() == 10


def test_threads_that_wait_at_once_share_the_time(clock: VirtualClock) -> None:
    threads = [threading.Thread(target=time.sleep, args=(1,)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert clock.now() == 1


def test_twenty_workers_each_see_their_own_waits(clock: VirtualClock) -> None:
    def work(number: int) -> list[float]:
        gaps = []
        for step in range(4):
            before = clock.now()
            time.sleep(2**step + number / 64)
            gaps.append(clock.now() - before)
        return gaps

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        results = list(pool.map(work, range(20)))

    assert results == [[2**step + number / 64 for step in range(4)] for number in range(20)]


def test_a_busy_loop_on_the_clock_comes_to_an_end(clock: VirtualClock) -> None:
    end = time.monotonic() + 0.05

    while time.monotonic() < end:
        pass

    assert 0.05 <= clock.now() < 1


def test_a_pool_that_is_older_than_the_clock_waits_on_it_too() -> None:
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        list(pool.map(int, range(3)))
        with VirtualClock() as clock:
            list(pool.map(time.sleep, [100, 200, 300]))
            assert clock.now() == 300


def test_monotonic_time_never_goes_back() -> None:
    before = time.monotonic()
    with VirtualClock():
        time.sleep(100_000)
        inside = time.monotonic()
    after = time.monotonic()

    assert inside - before >= 100_000
    assert after >= inside


def test_the_real_functions_are_back_afterwards_even_after_a_failure() -> None:
    real = time.sleep, threading.Condition.wait, threading.Thread.join
    alive = set(threading.enumerate())

    def fail() -> None:
        assert time.sleep is not real[0]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), VirtualClock():
        fail()

    assert (time.sleep, threading.Condition.wait, threading.Thread.join) == real
    assert type(time.sleep).__name__ == "builtin_function_or_method"
    assert set(threading.enumerate()) == alive


def test_two_clocks_at_once_are_refused(clock: VirtualClock) -> None:
    with pytest.raises(RuntimeError, match="already running"):
        VirtualClock().__enter__()
