"""asyncio's own waits."""

from __future__ import annotations

import asyncio
import contextlib
import selectors
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pytest_ominigate.clock import VirtualClock


def test_sleeps_are_exact(clock: VirtualClock) -> None:
    async def main() -> None:
        for seconds in (1, 2, 0.1, 0.37, 1e-3, 72_000):
            before = clock.now()
            await asyncio.sleep(seconds)
            assert round(clock.now() - before, 9) == seconds

    asyncio.run(main())


def test_the_loops_own_time_moves_with_the_clock(clock: VirtualClock) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        before = loop.time()
        await asyncio.sleep(72_000)
        assert loop.time() - before == pytest.approx(72_000, abs=1e-6)

    asyncio.run(main())


def test_tasks_sleep_at_the_same_time(clock: VirtualClock) -> None:
    async def main() -> None:
        await asyncio.gather(*(asyncio.sleep(seconds) for seconds in (3, 10, 7) for _ in range(20)))

    asyncio.run(main())

    assert clock.now() == 10


def test_tasks_wake_in_the_order_of_their_times(clock: VirtualClock) -> None:
    woken: list[tuple[int, float]] = []

    async def sleeper(seconds: int) -> None:
        await asyncio.sleep(seconds)
        woken.append((seconds, clock.now()))

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            for seconds in (30, 10, 20):
                group.create_task(sleeper(seconds))

    asyncio.run(main())

    assert woken == [(10, 10), (20, 20), (30, 30)]


def test_a_timeout_cuts_a_sleep_short(clock: VirtualClock) -> None:
    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5):
                await asyncio.sleep(8)
        assert clock.now() == 5
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.sleep(8), 3)
        assert clock.now() == 8
        async with asyncio.timeout(5):
            await asyncio.sleep(4)

    asyncio.run(main())

    assert clock.now() == 12


def test_waiting_for_several_tasks_obeys_its_time_limit(clock: VirtualClock) -> None:
    async def main() -> None:
        tasks = [asyncio.ensure_future(asyncio.sleep(seconds)) for seconds in (3, 30)]
        done, pending = await asyncio.wait(tasks, timeout=10)

        assert (len(done), len(pending), clock.now()) == (1, 1, 10)
        await asyncio.gather(*pending)

    asyncio.run(main())

    assert clock.now() == 30


def test_callbacks_are_called_at_their_times(clock: VirtualClock) -> None:
    called: list[tuple[str, float]] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(20, lambda: called.append(("later", clock.now())))
        loop.call_at(loop.time() + 10, lambda: called.append(("at", clock.now())))
        loop.call_later(15, pytest.fail).cancel()
        await asyncio.sleep(30)

    asyncio.run(main())

    assert called == [("at", 10), ("later", 20)]


def test_a_queue_and_an_event_are_waited_for(clock: VirtualClock) -> None:
    async def main() -> None:
        items: asyncio.Queue[str] = asyncio.Queue()
        ready = asyncio.Event()

        async def work() -> None:
            await asyncio.sleep(5)
            items.put_nowait("item")
            await asyncio.sleep(5)
            ready.set()

        async with asyncio.TaskGroup() as group:
            group.create_task(work())
            assert await items.get() == "item"
            assert clock.now() == 5
            await asyncio.wait_for(ready.wait(), 60)
            assert clock.now() == 10

    asyncio.run(main())


def test_a_heartbeat_task_does_not_disturb(clock: VirtualClock) -> None:
    async def heartbeat() -> None:
        while True:  # noqa: ASYNC110 - as clients do it
            await asyncio.sleep(7)

    async def main() -> None:
        task = asyncio.ensure_future(heartbeat())
        await asyncio.sleep(3600)
        task.cancel()

    asyncio.run(main())

    assert clock.now() == 3600


@pytest.mark.parametrize("name", ["EpollSelector", "PollSelector", "SelectSelector", "DefaultSelector"])
def test_every_kind_of_selector_waits_on_the_clock(clock: VirtualClock, name: str) -> None:
    async def main() -> None:
        await asyncio.sleep(72_000)
        await asyncio.to_thread(time.sleep, 5)
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        threading.Timer(5, loop.call_soon_threadsafe, args=(done.set_result, None)).start()
        await done

    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(getattr(selectors, name)())) as runner:
        runner.run(main())

    assert clock.now() == 72_010


def test_the_loops_debug_mode_changes_nothing(clock: VirtualClock) -> None:
    asyncio.run(asyncio.sleep(60), debug=True)

    assert clock.now() == 60


def test_a_loop_that_waits_for_nothing_but_itself_goes_round(clock: VirtualClock) -> None:
    async def main() -> None:
        for _ in range(100):
            await asyncio.sleep(0)

    asyncio.run(main())

    assert (clock.now(), clock.waits) == (0, ())


def test_a_sleep_is_recorded_where_it_was_asked_for(clock: VirtualClock) -> None:
    async def ask() -> None:
        await asyncio.sleep(2)

    async def main() -> None:
        await asyncio.gather(ask(), asyncio.wait_for(ask(), 60))

    asyncio.run(main())

    assert [(wait.at, wait.seconds, wait.how) for wait in clock.waits] == [(0, 2, "asyncio.sleep")] * 2
    assert all(wait.where.endswith(" in ask") and wait.layer == "tests" for wait in clock.waits)


def test_a_blocking_sleep_in_a_loop_is_recorded_as_such(clock: VirtualClock) -> None:
    async def main() -> None:
        time.sleep(2)  # noqa: ASYNC251
        await asyncio.to_thread(time.sleep, 3)
        clock.ignored_loop = asyncio.get_running_loop()
        time.sleep(4)  # noqa: ASYNC251

    asyncio.run(main())

    assert [(wait.seconds, wait.blocks_loop) for wait in clock.waits] == [(2, True), (3, False), (4, False)]


def test_waiting_for_another_thread_blocks_the_loop_as_long(clock: VirtualClock) -> None:
    async def main() -> None:
        threading.Event().wait(2)
        with ThreadPoolExecutor() as pool:
            pool.submit(time.sleep, 3).result()
            pool.submit(str).result()
            await asyncio.wrap_future(pool.submit(threading.Event().wait, 4))

    asyncio.run(main())

    blocking = [(wait.how, wait.seconds) for wait in clock.waits if wait.blocks_loop]
    assert blocking == [("Condition.wait", 2), ("Condition.wait", 3)]
    assert {wait.seconds for wait in clock.waits if not wait.blocks_loop} == {3, 4}


def test_a_loop_older_than_the_clock_lives_by_it() -> None:
    with asyncio.Runner() as runner:
        runner.run(asyncio.sleep(0))
        for _ in range(2):
            with VirtualClock() as clock:
                runner.run(asyncio.sleep(3600))
                assert clock.now() == 3600


if sys.version_info >= (3, 12):

    def test_eager_tasks_sleep_as_others_do(clock: VirtualClock) -> None:
        async def main() -> None:
            asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
            tasks: list[Any] = [asyncio.create_task(asyncio.sleep(seconds)) for seconds in (5, 9)]
            await asyncio.gather(*tasks)

        asyncio.run(main())

        assert clock.now() == 9


def test_a_loop_that_waits_for_what_is_left_of_its_time_does_not_spin(clock: VirtualClock) -> None:
    async def main() -> int:
        loop, rounds = asyncio.get_running_loop(), 0
        for seconds in (1, 0.37, 20, 3600.1):
            end = loop.time() + seconds
            while (left := end - loop.time()) > 0:
                rounds += 1
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.Event().wait(), left)
        return rounds

    assert asyncio.run(main()) < 100
