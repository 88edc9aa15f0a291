"""Faults written by hand, with the choices named where a name is wrong."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime

from ..catalogue.model import Catalogue
from ..catalogue.names import unknown_name
from ..timeline import ReplyKind
from .routing import GENERATING, OPERATIONS
from .scenario import Fault

PLACES = (*OPERATIONS, *(name for name in GENERATING if name not in OPERATIONS))
"""What ``on`` may name."""
BREAKS = {"reset": ReplyKind.CUT, "unfinished": ReplyKind.UNFINISHED, "error": ReplyKind.STREAM_ERROR}
"""The ways in which a stream can break."""


def choose(what: str, name: str, choices: Iterable[str]) -> str:
    """*name*, if it is one of *choices*.

    Raises:
        ValueError: it is not; the message names the nearest and all choices.
    """
    known = tuple(choices)
    if name not in known:
        raise ValueError(f"ominigate: {unknown_name(what, name, known)}")
    return name


def scripted(
    catalogue: Catalogue,
    *codes: str,
    times: int | None = 1,
    status: int | None = None,
    retry_after: float | datetime | str | None = None,
    on: str | None = None,
) -> tuple[Fault, ...]:
    """The faults of a script: each code in order, *times* over.

    Args:
        catalogue: the documented errors.
        codes: documented codes.
        times: how often each is served; None: the last one for ever, those before it once.
        status: one of the codes' documented statuses; None: their defaults.
        retry_after: seconds, a date with a time zone, or the raw text of the header.
        on: the operation or step that meets them; None: any that does paid work.

    Raises:
        ValueError: a name or number that does not exist; the message names the choices.
    """
    if not codes:
        raise ValueError("ominigate: name at least one documented code")
    if times is not None and times < 1:
        raise ValueError(f"ominigate: times is a number from 1 up, or None for ever, not {times!r}")
    if on is not None:
        choose("operation or step", on, PLACES)
    _check_retry_after(retry_after)
    for code in codes:
        statuses = catalogue.require(choose("documented error", code, catalogue.codes)).statuses
        if status is not None and status not in statuses:
            documented = ", ".join(map(str, statuses))
            raise ValueError(f"ominigate: {code} does not arrive under {status!r}. Documented: {documented}")
    last = len(codes) - 1
    return tuple(
        Fault(
            code=code,
            times=times if times is not None or index == last else 1,
            status=status,
            retry_after=retry_after,
            on=on,
        )
        for index, code in enumerate(codes)
    )


def dropped(
    catalogue: Catalogue,
    how: str = "reset",
    *,
    code: str = "upstream_failed",
    times: int | None = 1,
    delivered: int | None = None,
    on: str | None = None,
) -> Fault:
    """A stream that breaks: ``reset`` (the connection), ``unfinished`` (a clean but early end) or ``error`` (an event).

    Args:
        catalogue: the documented errors.
        how: the way in which it breaks.
        code: the documented error in the event of an ``error``.
        times: how many streams break; None: all.
        delivered: how many pieces of text go out before; None: half of them.
        on: ``chat_stream``, ``messages_stream``, or None for both.

    Raises:
        ValueError: a name or number that does not exist; the message names the choices.
    """
    kind = BREAKS[choose("way of breaking a stream", how, BREAKS)]
    if delivered is not None and delivered < 0:
        raise ValueError(f"ominigate: delivered is a number of pieces from 0 up, not {delivered!r}")
    if on is not None:
        choose("operation that streams", on, ("chat", "chat_stream", "messages", "messages_stream"))
    fault = scripted(catalogue, code, times=times, on=on)[0]
    return Fault(
        kind=kind,
        code=code if kind is ReplyKind.STREAM_ERROR else None,
        times=fault.times,
        delivered=delivered,
        on=fault.on,
        streams_only=True,
    )


def _check_retry_after(value: float | datetime | str | None) -> None:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("ominigate: a Retry-After date needs a time zone, such as datetime.UTC")
    elif isinstance(value, bool) or (isinstance(value, int | float) and not math.isfinite(value)):
        raise ValueError(f"ominigate: retry_after is seconds, a datetime or the header's text, not {value!r}")
