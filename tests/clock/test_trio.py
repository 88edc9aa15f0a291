"""trio's waits."""

from __future__ import annotations

import queue
import threading
import time

import pytest
import trio
import trio.testing

from pytest_ominigate.clock import VirtualClock, running_loop


def test_sleeps_are_exact(clock: VirtualClock) -> None:
    async def main() -> None:
        for seconds in (1, 0.37, 2, 1e-3, 100_000):
            before = clock.now()
            await trio.sleep(seconds)
            assert round(clock.now() - before, 9) == seconds

    trio.run(main)


def test_trios_own_time_moves_with_the_clock(clock: VirtualClock) -> None:
    async def main() -> None:
        before = trio.current_time()
        await trio.sleep(72_000)
        assert trio.current_time() - before == pytest.approx(72_000, abs=1e-6)

    trio.run(main)


def test_tasks_wake_in_the_order_of_their_times(clock: VirtualClock) -> None:
    woken: list[tuple[int, float]] = []

    async def sleeper(seconds: int) -> None:
        await trio.sleep(seconds)
        woken.append((seconds, clock.now()))

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            for seconds in (30, 10, 20):
                nursery.start_soon(sleeper, seconds)

    trio.run(main)

    assert woken == [(10, 10), (20, 20), (30, 30)]


def test_a_deadline_cuts_a_sleep_short(clock: VirtualClock) -> None:
    async def main() -> None:
        with trio.move_on_after(5) as scope:
            await trio.sleep(8)
        assert (scope.cancelled_caught, clock.now()) == (True, 5)
        with pytest.raises(trio.TooSlowError), trio.fail_after(3):
            await trio.sleep_forever()

    trio.run(main)

    assert clock.now() == 8


def test_a_blocking_call_in_a_thread_is_waited_for(clock: VirtualClock) -> None:
    async def main() -> None:
        for _ in range(20):
            before = clock.now()
            with trio.fail_after(3600):
                await trio.to_thread.run_sync(time.sleep, 2)
            assert clock.now() - before == 2

    trio.run(main)


def test_threads_that_trio_keeps_from_an_earlier_run_live_by_the_clock_for_the_tests_work() -> None:
    async def main() -> None:
        await trio.to_thread.run_sync(time.sleep, 50)

    for _ in range(3):
        with VirtualClock() as clock:
            trio.run(main)
            time.sleep(100)
            assert clock.now() == 150
        assert clock.doubts == ()


def test_a_run_without_a_deadline_waits_for_another_thread(clock: VirtualClock) -> None:
    """And not for the day that trio asks for when it has nothing to do."""
    tokens: queue.Queue[trio.lowlevel.TrioToken] = queue.Queue()
    event = trio.Event()

    def set_later() -> None:
        token = tokens.get()
        time.sleep(3 * 86_400)
        trio.from_thread.run_sync(event.set, trio_token=token)

    async def main() -> None:
        tokens.put(trio.lowlevel.current_trio_token())
        await event.wait()

    thread = threading.Thread(target=set_later)
    thread.start()
    trio.run(main)
    thread.join()

    assert clock.now() == 3 * 86_400


def test_an_idle_run_can_be_waited_for(clock: VirtualClock) -> None:
    async def main() -> None:
        await trio.testing.wait_all_tasks_blocked(cushion=0.5)

    trio.run(main)

    assert clock.now() == pytest.approx(0.5, abs=1e-6)


def test_trios_own_mock_clock_still_works(clock: VirtualClock) -> None:
    trio.run(trio.sleep, 3600, clock=trio.testing.MockClock(autojump_threshold=0))

    assert clock.now() == 0


def test_a_sleep_is_recorded_where_it_was_asked_for(clock: VirtualClock) -> None:
    async def ask() -> None:
        await trio.sleep(2.5)

    trio.run(ask)

    (wait,) = clock.waits
    assert (wait.at, wait.seconds, wait.how, wait.layer) == (0, 2.5, "trio.sleep", "tests")
    assert wait.where.endswith(" in ask")


def test_a_guest_of_another_loop_waits_on_the_clock(clock: VirtualClock) -> None:
    """The host's own loop is a queue of functions here."""
    todo: queue.Queue[object] = queue.Queue()
    done: list[object] = []

    trio.lowlevel.start_guest_run(
        trio.sleep,
        3600,
        run_sync_soon_threadsafe=todo.put,
        done_callback=done.append,
        host_uses_signal_set_wakeup_fd=True,
    )
    while not done:
        function = todo.get()
        assert callable(function)
        function()

    assert clock.now() == 3600


def test_a_blocking_sleep_in_a_run_is_recorded_as_such(clock: VirtualClock) -> None:
    async def main() -> None:
        time.sleep(2)  # noqa: ASYNC251
        await trio.to_thread.run_sync(time.sleep, 3)
        clock.ignored_loop = running_loop()
        time.sleep(4)  # noqa: ASYNC251

    trio.run(main)

    assert [(wait.seconds, wait.blocks_loop) for wait in clock.waits] == [(2, True), (3, False), (4, False)]
