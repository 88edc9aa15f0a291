"""Monotonic time: it never goes back, and stays of use when it has run far ahead."""

from __future__ import annotations

import asyncio
import threading
import time
from queue import Empty, Queue

import pytest
import trio

from pytest_ominigate.clock import VirtualClock, dispatch, inflight

DAY = 86_400
pytestmark = pytest.mark.usefixtures("far_future")


@pytest.mark.parametrize("name", ["monotonic", "perf_counter"])
def test_it_never_goes_back(name: str) -> None:
    def read() -> float:
        seconds: float = getattr(time, name)()
        return seconds

    readings = [read()]
    for _ in range(3):
        with VirtualClock():
            readings.append(read())
            time.sleep(100_000)
            readings.append(read())
        readings.append(read())

    assert readings == sorted(readings)
    assert readings[-1] - readings[0] >= 300_000


def test_the_time_of_day_does_go_back() -> None:
    before = time.time()
    with VirtualClock():
        time.sleep(100_000)

    assert 0 <= time.time() - before < 60


def test_in_one_thread_no_reading_is_ever_less_than_the_one_before(clock: VirtualClock) -> None:
    readings: list[float] = []
    for _ in range(50):
        readings.append(time.monotonic())
        time.sleep(0.1)
        readings.append(time.monotonic())
        with pytest.raises(Empty):
            Queue().get(timeout=0.3)

    assert readings == sorted(readings)


@pytest.fixture(params=[1, 30, 1_000, 30_000], ids=lambda days: f"{days} days")
def late(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Earlier tests have skipped so much time that a float has but microseconds left."""
    monkeypatch.setattr(dispatch.state, "skipped", request.param * DAY * 10**9 + 123_456_789)


@pytest.mark.usefixtures("late")
class TestLate:
    """However late it is."""

    def test_an_asyncio_sleep_is_exact(self, clock: VirtualClock) -> None:
        async def main() -> None:
            for turn in range(1, 41):
                await asyncio.sleep(0.37)
                assert round(clock.now(), 9) == round(turn * 0.37, 9)

        asyncio.run(main())

    def test_a_trio_sleep_is_exact(self, clock: VirtualClock) -> None:
        async def main() -> None:
            for turn in range(1, 41):
                await trio.sleep(0.37)
                assert round(clock.now(), 9) == round(turn * 0.37, 9)

        trio.run(main)

    def test_many_tasks_at_once_are_exact(self, clock: VirtualClock) -> None:
        async def sleeper(number: int) -> None:
            for turn in range(1, 6):
                await asyncio.sleep(1 + number / 100)
                assert clock.now() == pytest.approx(turn * (1 + number / 100), abs=1e-9)

        async def main() -> None:
            await asyncio.gather(*map(sleeper, range(20)))

        asyncio.run(main())

    def test_an_asyncio_timeout_comes_and_comes_in_time(self, clock: VirtualClock) -> None:
        async def main() -> None:
            for _ in range(5):
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(5):
                        await asyncio.sleep(8)

        asyncio.run(main())

        assert clock.now() == pytest.approx(25, abs=1e-4)

    def test_a_queue_is_waited_for_once(self, clock: VirtualClock) -> None:
        for _ in range(10):
            with pytest.raises(Empty):
                Queue().get(timeout=0.7)

        assert len(clock.waits) == 10
        assert clock.now() == pytest.approx(7, abs=1e-4)

    def test_an_event_wait_and_a_sleep_are_exact(self, clock: VirtualClock) -> None:
        for _ in range(10):
            threading.Event().wait(0.3)
            time.sleep(0.07)

        assert clock.now() == 3.7


def test_two_runs_of_the_same_client_are_the_same_however_long_the_machine_has_been_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def client() -> None:
        for seconds in (0.1, 1 / 3, 2.718_281_828, 20, 1e-3):
            await asyncio.sleep(seconds)
            time.sleep(seconds)  # noqa: ASYNC251

    ends = set()
    for skipped in (0, 1, 10**15 + 7, 987_654_321_987_654_321):
        monkeypatch.setattr(dispatch.state, "skipped", skipped)
        with VirtualClock() as clock:
            asyncio.run(client())
            ends.add((clock.now(), tuple(wait.at for wait in clock.waits)))

    assert len(ends) == 1


def test_readings_between_which_something_is_waited_for_move_nothing() -> None:
    with VirtualClock() as clock:
        for _ in range(30):
            for _ in range(1_000):
                time.monotonic()
            time.sleep(1)

        assert clock.now() == 30


def test_readings_between_which_something_is_sent_move_nothing() -> None:
    with VirtualClock() as clock:
        for _ in range(30):
            for _ in range(1_000):
                time.monotonic()
            for notice in inflight.on_send:
                notice()

        assert clock.now() == 0


def test_readings_between_which_nothing_happens_move_it_on() -> None:
    with VirtualClock() as clock:
        end = time.monotonic() + 0.1
        while time.monotonic() < end:
            pass

        assert clock.now() >= 0.1
