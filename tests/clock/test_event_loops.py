"""Event loops jump to their next timer when nothing else can happen."""

from __future__ import annotations

import asyncio
import time

import anyio
import pytest
import trio

from pytest_ominigate.clock import VirtualClock

CLOSE = 1e-6


def test_asyncio_sleeps_and_timeouts_last_as_long_as_they_say(clock: VirtualClock) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        before = loop.time()
        await asyncio.sleep(72_000)
        assert loop.time() - before == pytest.approx(72_000, abs=CLOSE)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5):
                await asyncio.sleep(8)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.sleep(8), 3)
        await asyncio.gather(*(asyncio.sleep(10) for _ in range(50)))

    asyncio.run(main())

    assert clock.now() == pytest.approx(72_018, abs=CLOSE)


def test_asyncio_and_its_worker_threads_share_the_time(clock: VirtualClock) -> None:
    async def main() -> None:
        await asyncio.gather(asyncio.sleep(3), asyncio.to_thread(time.sleep, 5), asyncio.to_thread(time.sleep, 2))

    asyncio.run(main())

    assert clock.now() == pytest.approx(5, abs=CLOSE)


def test_a_callback_comes_when_it_was_called_for(clock: VirtualClock) -> None:
    async def main() -> float:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[float] = loop.create_future()
        loop.call_later(30, lambda: future.set_result(clock.now()))
        return await future

    assert asyncio.run(main()) == pytest.approx(30, abs=CLOSE)


def test_a_loop_that_is_older_than_the_clock_lives_by_it_too() -> None:
    with asyncio.Runner() as runner:
        runner.run(asyncio.sleep(0))
        with VirtualClock() as clock:
            runner.run(asyncio.sleep(50))
            assert clock.now() == pytest.approx(50, abs=CLOSE)
        with VirtualClock() as clock:
            runner.run(asyncio.sleep(50))
            assert clock.now() == pytest.approx(50, abs=CLOSE)


def test_no_deadline_fires_before_a_pool_that_is_older_than_the_clock_has_taken_up_its_work() -> None:
    async def ask() -> int:
        async with asyncio.timeout(20):
            return await asyncio.to_thread(lambda: 42)

    with asyncio.Runner() as runner:
        runner.run(asyncio.to_thread(int))
        for _ in range(20):
            with VirtualClock() as clock:
                assert runner.run(ask()) == 42
                assert clock.now() == 0


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_anyio_lives_by_the_clock_on_both_backends(clock: VirtualClock, backend: str) -> None:
    async def main() -> None:
        await anyio.sleep(72_000)
        with pytest.raises(TimeoutError), anyio.fail_after(5):
            await anyio.sleep(8)
        async with anyio.create_task_group() as group:
            for _ in range(10):
                group.start_soon(anyio.sleep, 10)
        await anyio.to_thread.run_sync(time.sleep, 2)

    anyio.run(main, backend=backend)

    assert clock.now() == pytest.approx(72_017, abs=CLOSE)


def test_trio_lives_by_the_clock(clock: VirtualClock) -> None:
    async def main() -> None:
        with trio.move_on_after(5) as scope:
            await trio.sleep(8)
        assert scope.cancelled_caught
        await trio.sleep(1)

    trio.run(main)

    assert clock.now() == pytest.approx(6, abs=CLOSE)


@pytest.mark.parametrize("days", [100, 1_000, 10_000])
def test_a_loop_still_wakes_when_floats_have_become_coarse(days: int) -> None:
    async def main() -> None:
        for _ in range(20):
            await asyncio.sleep(0.37)

    with VirtualClock() as clock:
        clock._monotonic_ns += days * 86_400 * 10**9  # as if earlier trials had skipped that much
        clock._origin_ns = clock._monotonic_ns
        asyncio.run(main())
        assert clock.now() == pytest.approx(7.4, abs=1e-4)
