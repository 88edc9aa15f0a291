"""Tests that would never end are noticed."""

from __future__ import annotations

import asyncio
import queue
import select
import threading
import time
from collections.abc import Callable, Iterable, Iterator

import pytest

from pytest_ominigate.clock import VirtualClock, inflight, native, watching
from pytest_ominigate.clock.conductor import Conductor
from pytest_ominigate.clock.hands import Hands
from pytest_ominigate.clock.members import Members
from pytest_ominigate.clock.virtual import START
from pytest_ominigate.clock.waiters import FOREVER, Waiter


class Stopped(BaseException):
    """What the harness raises in a client that it stops."""


@pytest.fixture
def notices(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The notices of a clock that loses its patience soon, and stops the test at the next touch of the clock."""
    monkeypatch.setattr(watching, "_IDLE_NS", 50_000_000)
    monkeypatch.setattr(watching, "_MOST_ESCAPED_NS", 50_000_000)
    monkeypatch.setattr(watching, "_MOST_BUSY_NS", 200_000_000)
    monkeypatch.setattr(watching, "_MOST_PULSES", 20_000)
    notices: list[str] = []

    def stop() -> None:
        if threading.current_thread() is threading.main_thread():
            clock.checkpoint = None
            raise Stopped

    def notice(reason: str) -> None:
        notices.append(reason)
        clock.checkpoint = stop

    with VirtualClock() as clock:
        clock.on_stuck(notice)
        yield notices


def wait_for_an_event() -> None:
    threading.Event().wait()
    time.monotonic()


def wait_for_an_item() -> None:
    queue.Queue[int]().get()


def wait_for_an_item_of_a_simple_queue() -> None:
    queue.SimpleQueue[int]().get()


def wait_for_a_thread_that_waits_for_ever() -> None:
    thread = threading.Thread(target=lambda: threading.Event().wait())
    thread.start()
    thread.join()
    time.monotonic()


def wait_in_an_event_loop() -> None:
    async def main() -> None:
        await asyncio.get_running_loop().create_future()

    asyncio.run(main())


def wait_as_a_loop_written_in_c_would() -> None:
    """Or that of eventlet or twisted: between its waits it looks at the clock, which stands still."""
    until = time.monotonic() + 3_600
    while time.monotonic() < until:
        select.poll().poll(40)


def sleep_for_ever() -> None:
    while True:
        time.sleep(1)


@pytest.mark.parametrize(
    "wait",
    [
        wait_for_an_event,
        wait_for_an_item,
        wait_for_an_item_of_a_simple_queue,
        wait_for_a_thread_that_waits_for_ever,
        wait_in_an_event_loop,
    ],
)
def test_waiting_for_what_never_comes_is_noticed_and_ended(notices: list[str], wait: Callable[[], None]) -> None:
    with pytest.raises(Stopped):
        wait()

    assert notices[0] == "it waited for something that never comes"


def test_waiting_for_ever_beside_idle_threads_is_noticed_all_the_same(notices: list[str]) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(int, range(2)))
        with pytest.raises(Stopped):
            wait_for_an_event()

    assert notices[0] == "it waited for something that never comes"


@pytest.mark.skipif(not hasattr(select, "poll"), reason="there is no such function here")
def test_a_loop_of_waits_on_real_time_is_noticed(notices: list[str]) -> None:
    with pytest.raises(Stopped):
        wait_as_a_loop_written_in_c_would()

    assert notices == ["it waited on real time, and did not come to its end"]


def test_threads_that_block_one_another_are_noticed(notices: list[str]) -> None:
    """They cannot be ended, only told of."""
    locks = threading.Lock(), threading.Lock()
    both = threading.Barrier(2)

    def take(one: threading.Lock, other: threading.Lock) -> None:
        one.acquire()
        both.wait()
        other.acquire()

    threads = [threading.Thread(target=take, args=order) for order in (locks, locks[::-1])]
    for thread in threads:
        thread.start()
    with pytest.raises(Stopped):
        wait_for_an_event()
    for lock in locks:
        lock.release()
    for thread in threads:
        thread.join()

    assert notices == ["it waited for something that never comes"]


def test_computing_without_end_is_noticed(notices: list[str]) -> None:
    while not notices:
        sum(range(10_000))

    assert notices == ["it computed without end"]


def test_waiting_on_and_on_is_noticed(notices: list[str]) -> None:
    with pytest.raises(Stopped):
        sleep_for_ever()

    assert notices[0] == "it waited without end"


def test_a_request_in_flight_is_waited_for_with_patience(notices: list[str]) -> None:
    """However long the server takes."""
    done = threading.Event()

    def serve() -> None:
        for _ in range(3):
            sum(range(2_000_000))
        done.set()

    thread = threading.Thread(target=serve)
    inflight.stay_real(thread)
    with inflight.busy():
        thread.start()
        done.wait()
        thread.join()

    assert notices == []


def test_an_ordinary_test_is_left_in_peace(notices: list[str]) -> None:
    for _ in range(100):
        time.sleep(3600)
    asyncio.run(asyncio.sleep(72_000))

    assert notices == []


@pytest.mark.parametrize(
    ("looks", "doubts"),
    [
        pytest.param([second / 2 for second in range(30)], 1, id="at work"),
        pytest.param([0, 0.5, 600, 600.5], 0, id="stopped"),
        pytest.param([0, 0.5, *(600 + second / 2 for second in range(30))], 1, id="stopped, then at work"),
    ],
)
def test_time_in_which_the_whole_process_was_stopped_is_not_held_against_it(looks: list[float], doubts: int) -> None:
    """As by a suspended machine: what runs on for long ends a wait in real time, but not if it could not run."""
    found: list[str] = []
    conductor = Conductor(Hands(START, 0), Members(VirtualClock()), found.append)
    conductor.running = True
    begun_ns = native.monotonic_ns()
    watcher = watching.Watcher(conductor, found.append)
    with inflight.busy(), conductor.lock:
        conductor.register(Waiter(1_000_000))
        for seconds in looks:
            watcher.look(begun_ns + round(seconds * 1e9))
    conductor.sleepers.close()

    assert len(found) == doubts


@pytest.mark.parametrize(
    ("looks", "told"),
    [
        pytest.param(range(61), 0, id="for a minute"),
        pytest.param(range(62), 1, id="for longer"),
        pytest.param(range(123), 2, id="again"),
        pytest.param([*range(50), *range(600, 650)], 0, id="stopped meanwhile"),
    ],
)
def test_another_process_that_is_at_work_for_long_is_noticed(looks: Iterable[int], told: int) -> None:
    found: list[str] = []
    conductor = Conductor(Hands(START, 0), Members(VirtualClock()), found.append)
    conductor.running = True
    begun_ns = native.monotonic_ns()
    watcher = watching.Watcher(conductor, found.append)
    waiter = Waiter(FOREVER)
    with conductor.hold(), conductor.lock:
        conductor.register(waiter)
        for second in looks:
            watcher.look(begun_ns + second * 10**9)
    conductor.sleepers.close()

    assert found == ["another process was still at work after 60 s of real time"] * told
    assert waiter.fired == bool(told)
