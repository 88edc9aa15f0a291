"""The Retry-After header: read as a client should read it, and written in both its forms."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Literal

_SECONDS = re.compile(r"[0-9]+")
_TIME = r"[0-9]{2}:[0-9]{2}:[0-9]{2}"
_YEAR = "[1-9][0-9]{3}"
_MONTH = "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DATE = re.compile(
    rf"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{{2}} {_MONTH} {_YEAR} {_TIME} GMT"  # IMF-fixdate
    rf"|(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, [0-9]{{2}}-{_MONTH}-[0-9]{{2}} {_TIME} GMT"  # RFC 850
    rf"|(Mon|Tue|Wed|Thu|Fri|Sat|Sun) {_MONTH} [ 0-9][0-9] {_TIME} {_YEAR}"  # asctime
)

Form = Literal["seconds", "date"]


def parse(header: str, now: datetime) -> float | None:
    """How many seconds after *now* the header allows another request.

    Read as RFC 9110 has it: whole seconds, or a date in one of the three HTTP forms.

    Args:
        header: the header's value.
        now: the moment of the reply, aware.

    Returns:
        Seconds; 0.0 for a date that is past. None where the value is negative or unreadable.

    Raises:
        ValueError: *now* is naive.
    """
    _refuse_naive(now)
    text = header.strip(" \t")
    if _SECONDS.fullmatch(text):
        seconds = float(text)
        return seconds if math.isfinite(seconds) else None
    moment = _date(text)
    return None if moment is None else max(0.0, (moment - now).total_seconds())


def form(header: str) -> Form | None:
    """Which of its two forms the header has; None where it is unreadable."""
    text = header.strip(" \t")
    if _SECONDS.fullmatch(text):
        return "seconds"
    return None if _date(text) is None else "date"


def write(value: float | datetime | str) -> str:
    """The header's value for a number of seconds, a moment, or a raw text (which is left as it is)."""
    if isinstance(value, str):
        return value
    return write_date(value) if isinstance(value, datetime) else write_seconds(value)


def write_seconds(seconds: float) -> str:
    """The form in seconds. The header knows whole ones only, so fractions are rounded up.

    Raises:
        ValueError: *seconds* is no number.
        OverflowError: *seconds* is infinite.
    """
    return str(math.ceil(round(seconds, 6)))  # a float's noise is no fraction


def write_date(moment: datetime) -> str:
    """The form as an HTTP-date (IMF-fixdate). It knows whole seconds only, so fractions are rounded up.

    Raises:
        ValueError: *moment* is naive.
    """
    _refuse_naive(moment)
    whole = moment.replace(microsecond=0)
    if whole != moment:
        whole += timedelta(seconds=1)
    return format_datetime(whole.astimezone(UTC), usegmt=True)


def _date(text: str) -> datetime | None:
    if not _DATE.fullmatch(text):
        return None
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:  # the 31st of February
        return None
    # Of the three forms asctime names no zone; all of them are in UTC.
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _refuse_naive(moment: datetime) -> None:
    if moment.tzinfo is None:
        msg = "the moment must be aware: give it a time zone"
        raise ValueError(msg)
