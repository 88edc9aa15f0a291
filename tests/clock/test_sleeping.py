"""``time.sleep`` and all the functions that tell the time."""

from __future__ import annotations

import email.utils
import math
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pytest_ominigate.clock import START, VirtualClock

if TYPE_CHECKING:
    from collections.abc import Callable

HOUR = 3600


@pytest.mark.usefixtures("far_future")
@pytest.mark.parametrize("seconds", [20 * HOUR, 1, 0.5, 0.001, 1e-9, 31 * 24 * HOUR])
def test_a_sleep_takes_exactly_what_was_asked_for(clock: VirtualClock, seconds: float) -> None:
    time.sleep(seconds)

    assert clock.now() == seconds


def test_sleeps_add_up_to_the_nanosecond(clock: VirtualClock) -> None:
    for seconds in (1, 2, 4, 0.1, 0.2, 8, 72_000, 0.000_000_3):
        time.sleep(seconds)

    assert clock.now() == 72_015.300_000_3


@pytest.mark.parametrize(
    "read",
    [
        time.time,
        time.monotonic,
        time.perf_counter,
        lambda: time.time_ns() / 1e9,
        lambda: time.monotonic_ns() / 1e9,
        lambda: time.perf_counter_ns() / 1e9,
        lambda: datetime.now(UTC).timestamp(),
        lambda: datetime.now().timestamp(),
        lambda: time.mktime(time.localtime()),
    ],
)
def test_all_clocks_move_together(clock: VirtualClock, read: Callable[[], float]) -> None:
    before = read()

    time.sleep(20 * HOUR)

    assert read() - before == pytest.approx(72_000, abs=1e-6)


def test_time_stands_still_while_the_test_computes(clock: VirtualClock) -> None:
    before = time.monotonic_ns(), time.time_ns()

    assert sum(range(100_000)) == 4_999_950_000
    assert (time.monotonic_ns(), time.time_ns()) == before
    assert clock.now() == 0


def test_the_clock_starts_at_a_whole_second_of_the_same_day_every_time(clock: VirtualClock) -> None:
    assert time.time() == START.timestamp()
    assert clock.wall() == START == datetime.now(UTC)


def test_another_start_can_be_chosen() -> None:
    midnight = datetime(2030, 1, 1, tzinfo=UTC)

    with VirtualClock(start=midnight) as clock:
        time.sleep(90)

        assert datetime.now(UTC) == clock.wall() == midnight + timedelta(seconds=90)


def test_an_http_date_to_come_is_exact(clock: VirtualClock) -> None:
    date = email.utils.format_datetime(clock.wall() + timedelta(seconds=40), usegmt=True)

    time.sleep(email.utils.parsedate_to_datetime(date).timestamp() - time.time())

    assert clock.now() == 40


def test_local_time_is_utc_on_every_machine(clock: VirtualClock) -> None:
    assert datetime.now() == START.replace(tzinfo=None)


def test_a_sleep_of_nothing_is_no_wait(clock: VirtualClock) -> None:
    time.sleep(0)

    assert clock.now() == 0
    assert clock.waits == ()


@pytest.mark.parametrize(
    ("seconds", "error"),
    [(-1, ValueError), (math.nan, ValueError), ("1", TypeError), (None, TypeError), (1e10, OverflowError)],
)
def test_what_cannot_be_slept_is_refused_as_ever(clock: VirtualClock, seconds: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        time.sleep(seconds)

    assert clock.now() == 0


@pytest.mark.usefixtures("far_future")
def test_a_sleep_of_centuries_does_not_leave_the_calendar(clock: VirtualClock) -> None:
    time.sleep(2**33)
    time.sleep(2**33)

    assert datetime.now(UTC).year < 2262  # where 64 bits of nanoseconds end


@pytest.mark.parametrize("read", [time.monotonic, time.time, lambda: datetime.now(UTC).timestamp()])
def test_a_loop_that_only_looks_at_the_clock_ends(clock: VirtualClock, read: Callable[[], float]) -> None:
    end = read() + 0.05

    while read() < end:
        pass

    assert clock.now() >= 0.05


def test_a_loop_that_sleeps_until_a_time_sleeps_once(clock: VirtualClock) -> None:
    """Whatever floats make of the sum, it is reached after the sleep that was worked out from it."""
    for seconds in (0.1, 0.7, 1 / 3, 1e-3, 12.345_678_9):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            time.sleep(left)

    assert len(clock.waits) == 5


def test_a_wait_is_recorded_with_its_place(clock: VirtualClock) -> None:
    time.sleep(1)
    time.sleep(2.5)

    first, second = clock.waits
    assert (first.at, first.seconds, first.how) == (0, 1, "time.sleep")
    assert (second.at, second.seconds, second.blocks_loop) == (1, 2.5, False)
    assert first.where.startswith("test_sleeping.py:")
    assert first.where.endswith(" in test_a_wait_is_recorded_with_its_place")
    assert first.layer == "tests"


def test_monotonic_time_moves_on_between_two_clocks_if_asked_to() -> None:
    with VirtualClock():
        before = time.monotonic()
    with VirtualClock(lead=600):
        assert time.monotonic() - before >= 600


def test_there_is_but_one_clock_at_a_time(clock: VirtualClock) -> None:
    with pytest.raises(RuntimeError, match="already running"), VirtualClock():
        pass  # pragma: no cover

    time.sleep(5)
    assert clock.now() == 5


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the system has no such setting")
def test_the_time_zone_is_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that takes its local midnight for that of the page is wrong only where the two differ."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        with VirtualClock():
            assert time.tzname == ("JST", "JST")
            assert time.localtime().tm_hour == time.gmtime().tm_hour + 9
            assert datetime.now().astimezone() == START
    finally:
        monkeypatch.undo()
        time.tzset()
