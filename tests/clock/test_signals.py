"""Waits that another thread ends: events, conditions, semaphores, queues, futures."""

from __future__ import annotations

import concurrent.futures
import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_ominigate.clock import VirtualClock


def later(seconds: float, function: Callable[..., object], *args: object) -> threading.Thread:
    def run() -> None:
        time.sleep(seconds)
        function(*args)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_an_event_nobody_sets_takes_its_whole_time(clock: VirtualClock) -> None:
    assert threading.Event().wait(3600) is False
    assert clock.now() == 3600


def test_an_event_ends_the_wait_when_it_is_set(clock: VirtualClock) -> None:
    event = threading.Event()
    setter = later(5, event.set)

    assert event.wait(60) is True
    assert clock.now() == 5
    setter.join()


def test_an_event_without_a_time_limit_is_waited_for(clock: VirtualClock) -> None:
    event = threading.Event()
    setter = later(72_000, event.set)

    assert event.wait() is True
    assert clock.now() == 72_000
    setter.join()


def test_what_was_notified_happens_before_time_moves_on(clock: VirtualClock) -> None:
    """A thread that was notified, but has not run yet, counts as running."""
    threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
    for _ in range(50):
        event = threading.Event()
        before = clock.now()
        setter = later(1, event.set)
        event.wait(500)

        assert clock.now() - before == 1
        setter.join()


def test_a_condition_wakes_as_many_as_are_notified(clock: VirtualClock) -> None:
    condition = threading.Condition()
    ends: list[tuple[bool, float]] = []

    def waiter() -> None:
        with condition:
            ends.append((condition.wait(20), clock.now()))

    def notify() -> None:
        with condition:
            condition.notify(2)

    threads = [threading.Thread(target=waiter) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in [*threads, later(5, notify)]:
        thread.join()

    assert ends == [(True, 5), (True, 5), (False, 20)]


def test_a_condition_is_refused_without_its_lock_as_ever(clock: VirtualClock) -> None:
    with pytest.raises(RuntimeError, match="un-acquired lock"):
        threading.Condition().wait(1)


def test_a_condition_that_is_waited_for_until_something_holds(clock: VirtualClock) -> None:
    condition = threading.Condition()

    with condition:
        assert condition.wait_for(lambda: clock.now() >= 7, timeout=7) is True
    with condition:
        assert condition.wait_for(lambda: False, timeout=7) is False
    assert clock.now() == 14


@pytest.mark.parametrize("seconds", [0, -1])
def test_no_time_to_wait_is_no_wait(clock: VirtualClock, seconds: float) -> None:
    assert threading.Event().wait(seconds) is False
    assert (clock.now(), clock.waits) == (0, ())


def test_a_wait_beyond_all_measure_is_refused_as_ever(clock: VirtualClock) -> None:
    with pytest.raises(OverflowError):
        threading.Event().wait(1e20)


def test_a_semaphore_is_passed_on(clock: VirtualClock) -> None:
    semaphore = threading.Semaphore(0)
    releaser = later(3, semaphore.release)

    assert semaphore.acquire(timeout=10) is True
    assert clock.now() == 3
    assert semaphore.acquire(timeout=10) is False
    assert clock.now() == 13
    releaser.join()


KINDS: list[Any] = [queue.Queue, queue.LifoQueue, queue.PriorityQueue]


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_queue_takes_the_whole_time(clock: VirtualClock, kind: Any) -> None:
    for _ in range(3):
        with pytest.raises(queue.Empty):
            kind().get(timeout=7)

    assert clock.now() == 21


@pytest.mark.parametrize("name", ["Queue", "LifoQueue", "PriorityQueue", "SimpleQueue"])
@pytest.mark.parametrize("timeout", [60, None])
def test_an_item_ends_the_wait_for_it(clock: VirtualClock, name: str, timeout: float | None) -> None:
    waited_for = getattr(queue, name)()
    putter = later(5, waited_for.put, "item")

    assert waited_for.get(timeout=timeout) == "item"
    assert clock.now() == 5
    putter.join()


def test_a_full_queue_takes_the_whole_time(clock: VirtualClock) -> None:
    full: queue.Queue[int] = queue.Queue(maxsize=1)
    full.put(1)

    with pytest.raises(queue.Full):
        full.put(2, timeout=9)
    assert clock.now() == 9


def test_a_future_ends_the_wait_for_its_result(clock: VirtualClock) -> None:
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(time.sleep, 10)
        with pytest.raises(concurrent.futures.TimeoutError):
            future.result(timeout=4)
        assert clock.now() == 4
        assert future.result(timeout=60) is None
        assert clock.now() == 10


def test_the_first_of_several_futures_is_told_of(clock: VirtualClock) -> None:
    with ThreadPoolExecutor(3) as pool:
        futures = [pool.submit(time.sleep, seconds) for seconds in (8, 2, 5)]
        done = [(futures.index(future), clock.now()) for future in concurrent.futures.as_completed(futures)]

    assert done == [(1, 2), (2, 5), (0, 8)]


def test_waiting_for_futures_obeys_its_time_limit(clock: VirtualClock) -> None:
    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(time.sleep, seconds) for seconds in (3, 30)]
        done, pending = concurrent.futures.wait(futures, timeout=10)

        assert (len(done), len(pending), clock.now()) == (1, 1, 10)


def test_a_wait_that_was_ended_early_is_recorded_as_long_as_it_was(clock: VirtualClock) -> None:
    event = threading.Event()
    setter = later(5, event.set)
    event.wait(60)
    setter.join()

    assert [(wait.how, wait.seconds) for wait in clock.waits] == [("Condition.wait", 5), ("time.sleep", 5)]


def test_a_wait_that_was_ended_at_once_is_not_recorded(clock: VirtualClock) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(int).result(timeout=60)

    assert clock.waits == ()
