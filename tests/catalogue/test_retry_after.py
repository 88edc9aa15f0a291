"""Retry-After is read as RFC 9110 has it, and written so that it can be read back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ominigate.catalogue import retry_after

NOW = datetime(2026, 11, 22, 13, 0, 0, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("header", "seconds", "form"),
    [
        ("20", 20.0, "seconds"),
        ("0", 0.0, "seconds"),
        (" 007\t", 7.0, "seconds"),
        ("3600", 3600.0, "seconds"),
        ("Sun, 22 Nov 2026 13:00:20 GMT", 20.0, "date"),
        ("Sunday, 22-Nov-26 13:00:20 GMT", 20.0, "date"),
        ("Sun Nov 22 13:00:20 2026", 20.0, "date"),
        ("Tue Dec  1 13:00:00 2026", 9 * 86400.0, "date"),
        ("Sun, 22 Nov 2026 12:59:59 GMT", 0.0, "date"),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 0.0, "date"),
    ],
)
def test_a_readable_header(header: str, seconds: float, form: str) -> None:
    assert retry_after.parse(header, NOW) == seconds
    assert retry_after.form(header) == form


@pytest.mark.parametrize(
    "header",
    [
        "",
        "-5",
        "+5",
        "1.5",
        "1e3",
        "20s",
        "soon",
        "nan",
        "inf",
        "\u0662\u0660",  # 20 in Arabic digits
        "2026-11-22T13:00:20Z",
        "Sun, 31 Feb 2026 13:00:20 GMT",
        "Sun, 22 Nov 2026 25:00:20 GMT",
        "Sun, 22 Nov 2026 13:00:20 +0100",
        "Sun, 22 Nov 2026 13:00:20",
        "22 Nov 2026 13:00:20 GMT",
        "Sun, 22 nov 2026 13:00:20 GMT",
        "Sun Nov 22 13:00:20 0000",
        "Sun, 22 Nov 2026 13:00:20 GMT, 20",
    ],
)
def test_an_unreadable_header(header: str) -> None:
    assert retry_after.parse(header, NOW) is None
    assert retry_after.form(header) is None


def test_a_number_too_large_for_any_clock_is_no_wait() -> None:
    assert retry_after.parse("9" * 400, NOW) is None


def test_the_present_may_be_in_another_zone() -> None:
    there = NOW.astimezone(timezone(timedelta(hours=9)))

    assert retry_after.parse("Sun, 22 Nov 2026 13:00:20 GMT", there) == 20.0


def test_fractions_of_the_present_count() -> None:
    assert retry_after.parse("Sun, 22 Nov 2026 13:00:20 GMT", NOW + timedelta(seconds=0.25)) == 19.75


@pytest.mark.parametrize(
    ("value", "header"),
    [
        (20, "20"),
        (20.0, "20"),
        (0, "0"),
        (0.5, "1"),
        (20.000000000000004, "20"),
        (119.001, "120"),
        (-5, "-5"),
        ("soon", "soon"),
        (NOW, "Sun, 22 Nov 2026 13:00:00 GMT"),
        (NOW + timedelta(milliseconds=1), "Sun, 22 Nov 2026 13:00:01 GMT"),
        (NOW.astimezone(timezone(timedelta(hours=-5))), "Sun, 22 Nov 2026 13:00:00 GMT"),
    ],
)
def test_a_value_is_written(value: float | datetime | str, header: str) -> None:
    assert retry_after.write(value) == header


@given(seconds=st.integers(0, 10**9))
def test_seconds_survive(seconds: int) -> None:
    assert retry_after.parse(retry_after.write_seconds(seconds), NOW) == seconds


@given(now=MOMENTS, ahead=st.floats(0, 10**7))
def test_a_written_wait_is_never_shorter_than_asked_and_at_most_a_second_longer(now: datetime, ahead: float) -> None:
    moment = now + timedelta(seconds=ahead)
    exact = (moment - now).total_seconds()

    by_date = retry_after.parse(retry_after.write_date(moment), now)
    by_seconds = retry_after.parse(retry_after.write_seconds(ahead), now)

    assert by_date is not None
    assert exact <= by_date < exact + 1
    assert by_seconds is not None
    assert ahead - 1e-6 <= by_seconds <= ahead + 1


@given(header=st.text(max_size=40))
def test_no_text_crashes_the_reader(header: str) -> None:
    seconds = retry_after.parse(header, NOW)

    assert (seconds is None) == (retry_after.form(header) is None)
    assert seconds is None or seconds >= 0


@given(header=st.from_regex(r"\A(Mon|Sun), [0-9]{2} (Feb|Dec) [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT\Z"))
def test_no_date_crashes_the_reader(header: str) -> None:
    seconds = retry_after.parse(header, NOW)

    assert (seconds is None) == (retry_after.form(header) is None)


def test_naive_moments_are_refused() -> None:
    naive = datetime(2026, 11, 22)

    with pytest.raises(ValueError, match="must be aware"):
        retry_after.parse("20", naive)
    with pytest.raises(ValueError, match="must be aware"):
        retry_after.write(naive)
