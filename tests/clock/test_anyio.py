"""anyio on both of its backends."""

from __future__ import annotations

import time

import anyio
import anyio.from_thread
import anyio.to_thread
import pytest

from pytest_ominigate.clock import VirtualClock

BACKENDS = ["asyncio", "trio"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_sleeps_timeouts_task_groups_and_threads_are_virtual(clock: VirtualClock, backend: str) -> None:
    async def main() -> None:
        before = anyio.current_time()
        await anyio.sleep(72_000)
        assert anyio.current_time() - before == pytest.approx(72_000, abs=1e-6)
        assert clock.now() == 72_000
        with pytest.raises(TimeoutError), anyio.fail_after(5):
            await anyio.sleep(8)
        assert clock.now() == pytest.approx(72_005, abs=1e-8)
        async with anyio.create_task_group() as group:
            for _ in range(10):
                group.start_soon(anyio.sleep, 10)
        assert clock.now() == pytest.approx(72_015, abs=1e-8)
        await anyio.to_thread.run_sync(time.sleep, 2)

    anyio.run(main, backend=backend)

    assert clock.now() == pytest.approx(72_017, abs=1e-8)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_sleep_is_recorded_where_it_was_asked_for(clock: VirtualClock, backend: str) -> None:
    """anyio's own frames are no place of the client's."""

    async def ask() -> None:
        await anyio.sleep(2)

    anyio.run(ask, backend=backend)

    (wait,) = clock.waits
    assert (wait.seconds, wait.layer) == (2, "tests")
    assert wait.where.endswith(" in ask")


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_loop_in_a_thread_of_its_own_is_waited_for(clock: VirtualClock, backend: str) -> None:
    with anyio.from_thread.start_blocking_portal(backend) as portal:
        for _ in range(5):
            portal.call(anyio.sleep, 100)

    assert clock.now() == 500


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_old_loop_in_a_thread_of_its_own_lives_by_the_clock_for_the_tests_work(backend: str) -> None:
    with anyio.from_thread.start_blocking_portal(backend) as portal:
        portal.call(anyio.sleep, 0)
        with VirtualClock() as clock:
            portal.call(anyio.sleep, 3600)
            assert clock.now() == 3600
