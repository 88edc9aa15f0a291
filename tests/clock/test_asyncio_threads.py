"""asyncio together with threads: executors, loops in threads of their own, and calls between them."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from pytest_ominigate.clock import VirtualClock


@contextmanager
def loop_in_a_thread() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield loop
    finally:
        asyncio.run_coroutine_threadsafe(loop.shutdown_default_executor(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def test_a_blocking_call_in_a_thread_runs_beside_the_loop(clock: VirtualClock) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        await asyncio.gather(
            asyncio.sleep(3), loop.run_in_executor(None, time.sleep, 5), asyncio.to_thread(time.sleep, 2)
        )

    asyncio.run(main())

    assert clock.now() == 5


def test_a_time_limit_round_a_blocking_call_is_kept(clock: VirtualClock) -> None:
    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.5):
                await asyncio.to_thread(time.sleep, 5)
        assert clock.now() == 1.5

    asyncio.run(main())

    assert clock.now() == 5  # asyncio.run() waits for the thread


def test_a_generous_time_limit_does_not_come_before_the_result(clock: VirtualClock) -> None:
    async def main() -> None:
        for _ in range(30):
            before = clock.now()
            async with asyncio.timeout(600):
                await asyncio.to_thread(time.sleep, 1)
            assert clock.now() - before == 1

    asyncio.run(main())


def test_loops_in_several_threads_share_the_time(clock: VirtualClock) -> None:
    async def sleep_thrice(seconds: int) -> None:
        for _ in range(3):
            await asyncio.sleep(seconds)

    threads = [threading.Thread(target=asyncio.run, args=(sleep_thrice(seconds),)) for seconds in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert clock.now() == 6


def test_a_coroutine_handed_to_another_loop_is_waited_for(clock: VirtualClock) -> None:
    with loop_in_a_thread() as loop:
        assert asyncio.run_coroutine_threadsafe(asyncio.sleep(72_000, "done"), loop).result(timeout=80_000) == "done"

        assert clock.now() == 72_000


def test_a_call_from_another_thread_wakes_the_loop_at_its_time(clock: VirtualClock) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        threading.Timer(30, lambda: loop.call_soon_threadsafe(done.set_result, "done")).start()
        async with asyncio.timeout(60):
            assert await done == "done"

    asyncio.run(main())

    assert clock.now() == 30


def test_an_old_pool_lives_by_the_clock_for_the_tests_work() -> None:
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(int, range(3)))
        with VirtualClock() as clock:
            list(pool.map(time.sleep, [100, 200, 300]))
            assert clock.now() == 300
            assert pool.submit(time.monotonic).result() == pytest.approx(time.monotonic(), abs=1e-6)
            assert clock.now() == 300


def test_the_executor_of_an_old_loop_lives_by_the_clock_for_the_tests_work() -> None:
    async def main() -> None:
        async with asyncio.timeout(3600):
            await asyncio.to_thread(time.sleep, 50)

    with asyncio.Runner() as runner:
        runner.run(asyncio.to_thread(int))
        for _ in range(20):
            with VirtualClock() as clock:
                runner.run(main())
                assert clock.now() == 50


def test_an_old_loop_in_a_thread_of_its_own_lives_by_the_clock_for_the_tests_work() -> None:
    with loop_in_a_thread() as loop:
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result()
        with VirtualClock() as clock:
            for _ in range(5):
                asyncio.run_coroutine_threadsafe(asyncio.sleep(100), loop).result(timeout=3600)
            assert clock.now() == 500
