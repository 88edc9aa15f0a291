"""Several threads of the test at once: time moves on only when all of them wait."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_ominigate.clock import VirtualClock


def run_all(*functions: Callable[[], object]) -> None:
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_two_sleeps_at_once_take_the_time_of_one(clock: VirtualClock) -> None:
    run_all(lambda: time.sleep(1), lambda: time.sleep(1))

    assert clock.now() == 1


def test_the_longest_of_many_decides(clock: VirtualClock) -> None:
    run_all(*(lambda seconds=seconds: time.sleep(seconds) for seconds in (3, 1, 7, 5, 2)))

    assert clock.now() == 7


def test_each_thread_wakes_at_its_own_time_in_order(clock: VirtualClock) -> None:
    woken: list[tuple[int, float]] = []

    def sleeper(seconds: int) -> None:
        time.sleep(seconds)
        woken.append((seconds, clock.now()))

    run_all(*(lambda seconds=seconds: sleeper(seconds) for seconds in (30, 10, 20)))

    assert woken == [(10, 10), (20, 20), (30, 30)]


def test_a_pool_of_twenty_clients_keeps_every_wait_exact(clock: VirtualClock) -> None:
    def client(number: int) -> list[float]:
        waits = []
        for attempt in range(4):
            before = clock.now()
            time.sleep(2**attempt + number / 100)
            waits.append(round(clock.now() - before, 9))
        return waits

    with ThreadPoolExecutor(20) as pool:
        waits = list(pool.map(client, range(20)))

    assert waits == [[round(2**attempt + number / 100, 9) for attempt in range(4)] for number in range(20)]
    assert clock.now() == 15.76


def test_joining_a_thread_takes_until_its_end(clock: VirtualClock) -> None:
    thread = threading.Thread(target=time.sleep, args=(5,))
    thread.start()
    thread.join()

    assert clock.now() == 5


def test_a_join_with_a_time_limit_ends_at_the_limit(clock: VirtualClock) -> None:
    thread = threading.Thread(target=time.sleep, args=(5,))
    thread.start()
    thread.join(timeout=2)

    assert (thread.is_alive(), clock.now()) == (True, 2)
    thread.join(timeout=10)
    assert (thread.is_alive(), clock.now()) == (False, 5)


def test_a_thread_that_has_ended_is_joined_at_once(clock: VirtualClock) -> None:
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()
    thread.join(timeout=3600)

    assert clock.now() == 0


def test_joining_oneself_or_a_thread_not_started_is_refused_as_ever(clock: VirtualClock) -> None:
    with pytest.raises(RuntimeError, match="cannot join current thread"):
        threading.current_thread().join()
    with pytest.raises(RuntimeError, match="before it is started"):
        threading.Thread().join()


def test_what_follows_a_join_happens_at_the_time_of_the_end(clock: VirtualClock) -> None:
    """Another thread's later deadline does not come first."""
    threading.Thread(target=time.sleep, args=(100,), daemon=True).start()
    for _ in range(20):
        before = clock.now()
        run_all(lambda: time.sleep(1))

        assert clock.now() - before == 1


def test_a_thread_that_computes_is_waited_for(clock: VirtualClock) -> None:
    computed_at: list[float] = []

    def compute() -> None:
        sum(range(3_000_000))
        computed_at.append(clock.now())

    run_all(compute, lambda: time.sleep(10))

    assert computed_at == [0]


def test_callers_that_sleep_in_turn_under_a_lock_take_the_sum(clock: VirtualClock) -> None:
    """As a client does that paces its requests: the others wait for the lock, without a time limit."""
    lock = threading.Lock()
    turns: list[float] = []

    def caller() -> None:
        with lock:
            time.sleep(1)
            turns.append(clock.now())

    run_all(*[caller] * 5)

    assert turns == [1, 2, 3, 4, 5]


def test_a_timer_fires_at_its_time(clock: VirtualClock) -> None:
    fired: list[float] = []
    timer = threading.Timer(90, lambda: fired.append(clock.now()))
    timer.start()
    timer.join()

    assert fired == [90]


def test_a_timer_that_is_cancelled_takes_no_time(clock: VirtualClock) -> None:
    timer = threading.Timer(90, pytest.fail)
    timer.start()
    timer.cancel()
    timer.join()

    assert clock.now() == 0


def test_a_barrier_brings_threads_to_the_same_time(clock: VirtualClock) -> None:
    barrier = threading.Barrier(3)
    passed: list[float] = []

    def walker(seconds: int) -> None:
        time.sleep(seconds)
        barrier.wait(timeout=60)
        passed.append(clock.now())

    run_all(*(lambda seconds=seconds: walker(seconds) for seconds in (1, 2, 8)))

    assert passed == [8, 8, 8]


def test_a_heartbeat_in_the_background_does_not_disturb(clock: VirtualClock) -> None:
    stop = threading.Event()
    beats: list[float] = []

    def heartbeat() -> None:
        while not stop.wait(30):
            beats.append(clock.now())

    thread = threading.Thread(target=heartbeat)
    thread.start()
    time.sleep(3599)
    stop.set()
    thread.join()

    assert beats == [30.0 * number for number in range(1, 120)]
    assert clock.now() == 3599


def test_threads_that_start_threads_are_all_of_the_test(clock: VirtualClock) -> None:
    run_all(lambda: run_all(lambda: run_all(lambda: time.sleep(72_000))))

    assert clock.now() == 72_000


def test_a_thread_is_known_from_its_very_beginning(clock: VirtualClock) -> None:
    """When it tells the one that started it that it runs, it is not yet listed as what it is."""
    known: list[bool] = []

    class Started(threading.Event):
        def set(self) -> None:
            known.append(clock.members.is_known(threading.current_thread()))
            super().set()

    thread = threading.Thread(target=time.sleep, args=(1,))
    thread._started = Started()  # type: ignore[attr-defined]
    thread.start()
    thread.join()

    assert known == [True]


def test_the_waits_of_all_threads_are_recorded_in_order_of_time(clock: VirtualClock) -> None:
    def sleeper(seconds: int) -> None:
        for _ in range(2):
            time.sleep(seconds)

    run_all(lambda: sleeper(2), lambda: sleeper(3))

    assert sorted((wait.at, wait.seconds) for wait in clock.waits) == [(0, 2), (0, 3), (2, 2), (3, 3)]
    assert [wait.at for wait in clock.waits] == [0, 0, 2, 3]


class TestWhatIsLeftBehind:
    """Threads that still wait when the test has come to its end."""

    def test_they_run_until_they_rest(self, clock: VirtualClock) -> None:
        woken: list[float] = []

        def work() -> None:
            for seconds in (1, 20, 300):
                time.sleep(seconds)
                woken.append(clock.now())

        threading.Thread(target=work, daemon=True).start()
        clock.run_out(600)

        assert woken == [1, 21, 321]

    def test_not_longer_than_they_may(self, clock: VirtualClock) -> None:
        ended = threading.Event()
        threading.Thread(target=ended.wait, args=(601,), daemon=True).start()
        clock.run_out(600)

        assert clock.now() < 1e-6
        ended.set()

    def test_nor_for_ever(self, clock: VirtualClock) -> None:
        ended = threading.Event()

        def tick() -> None:
            while not ended.wait(1):
                pass

        threading.Thread(target=tick, daemon=True).start()
        clock.run_out(600)

        assert 90 < clock.now() < 110
        ended.set()

    def test_those_that_wait_for_work_are_no_reason_to_move_on(self, clock: VirtualClock) -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(time.sleep, 1).result()
            clock.run_out(600)

            assert 1 <= clock.now() < 1 + 1e-6
