"""``queue.SimpleQueue``, on which thread pools wait for their work."""

from __future__ import annotations

import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from pytest_ominigate.clock import VirtualClock


def test_an_empty_one_takes_the_whole_time(clock: VirtualClock) -> None:
    with pytest.raises(queue.Empty):
        queue.SimpleQueue[int]().get(timeout=7)

    assert clock.now() == 7


def test_each_item_reaches_one_of_those_who_wait(clock: VirtualClock) -> None:
    items: queue.SimpleQueue[int] = queue.SimpleQueue()
    got: list[int] = []
    threads = [threading.Thread(target=lambda: got.append(items.get(timeout=600))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for number in range(8):
        time.sleep(1)
        items.put(number)
    for thread in threads:
        thread.join()

    assert sorted(got) == list(range(8))
    assert clock.now() == 8


def test_those_who_come_too_late_for_an_item_wait_for_the_rest_of_their_time(clock: VirtualClock) -> None:
    items: queue.SimpleQueue[int] = queue.SimpleQueue()
    ends: list[tuple[object, float]] = []

    def getter() -> None:
        try:
            ends.append((items.get(timeout=10), clock.now()))
        except queue.Empty:
            ends.append((None, clock.now()))

    threads = [threading.Thread(target=getter) for _ in range(2)]
    for thread in threads:
        thread.start()
    time.sleep(4)
    items.put(1)
    for thread in threads:
        thread.join()

    assert ends == [(1, 4), (None, 10)]


@pytest.mark.parametrize("timeout", [0, None])
def test_without_waiting_it_is_what_it_always_was(clock: VirtualClock, timeout: float | None) -> None:
    items: queue.SimpleQueue[int] = queue.SimpleQueue()
    with pytest.raises(queue.Empty):
        items.get(block=False, timeout=timeout)
    items.put_nowait(1)
    items.put(2)

    assert (items.get_nowait(), items.get(), items.empty(), items.qsize()) == (1, 2, True, 0)
    assert clock.now() == 0


def test_a_pool_with_idle_workers_does_not_hold_time_up(clock: VirtualClock) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(time.sleep, [1, 1, 1, 1]))
        for _ in range(20):
            time.sleep(3600)

    assert clock.now() == 72_001


def test_a_pool_made_under_a_clock_serves_on_without_it() -> None:
    with VirtualClock() as clock:
        pool = ThreadPoolExecutor(2)
        list(pool.map(time.sleep, [5, 5]))
        assert clock.now() == 5
    with pool:
        assert list(pool.map(str, [1, 2, 3])) == ["1", "2", "3"]
        with VirtualClock() as clock:
            assert list(pool.map(time.sleep, [5, 6])) == [None, None]
            assert clock.now() == 6


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # nothing came
def test_a_thread_may_start_in_one(clock: VirtualClock) -> None:
    """It is the test's thread, although the function it starts in is ours."""
    thread = threading.Thread(target=queue.SimpleQueue[int]().get, kwargs={"timeout": 0.5})
    thread.start()
    thread.join()

    assert clock.now() == 0.5
