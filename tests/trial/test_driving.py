"""The loop of async clients lasts from test to test, unless a test leaves something running in it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from pytest_ominigate.trial.driving import Driver


@pytest.fixture
def driver() -> Iterator[Driver]:
    driver = Driver()
    yield driver
    driver.close()


class Loops:
    """The loops in which its calls ran."""

    def __init__(self) -> None:
        self.seen: list[asyncio.AbstractEventLoop] = []
        self.left: list[asyncio.Task[None]] = []

    async def look(self) -> None:
        self.seen.append(asyncio.get_running_loop())

    async def leave_a_task(self) -> None:
        await self.look()
        self.left.append(asyncio.create_task(asyncio.sleep(3600)))
        await asyncio.sleep(0)


def test_the_loop_is_kept_for_the_next_test(driver: Driver) -> None:
    loops = Loops()

    driver.run(loops.look())
    driver.rest()
    driver.run(loops.look())

    assert loops.seen[0] is loops.seen[1]


def test_what_a_test_leaves_running_is_ended_with_the_loop(driver: Driver) -> None:
    loops = Loops()

    driver.run(loops.leave_a_task())
    driver.rest()
    driver.run(loops.look())

    assert loops.left[0].cancelled()
    assert loops.seen[0].is_closed()
    assert loops.seen[0] is not loops.seen[1]


def test_a_driver_can_be_closed_twice_and_used_again(driver: Driver) -> None:
    loops = Loops()
    driver.close()
    driver.run(loops.look())
    driver.close()
    driver.close()
    driver.run(loops.look())

    assert [loop.is_closed() for loop in loops.seen] == [True, False]
