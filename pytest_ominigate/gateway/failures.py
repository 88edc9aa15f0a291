"""From a fault to the answer that shows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from ..catalogue import retry_after
from ..catalogue.envelope import envelope
from ..catalogue.model import Catalogue, ErrorEntry
from ..timeline import ReplyKind
from .answers import Answer, cut, encode, reset
from .moment import Moment
from .scenario import BROKEN_SUCCESSES, Fault
from .script import Planned
from .streams import EventStream
from .validation import Refusal


def refused(refusal: Refusal, catalogue: Catalogue, moment: Moment) -> Answer:
    """The documented error that a wrong request gets."""
    fault = Fault(code=refusal.code, param=refusal.param)
    entry = catalogue.require(refusal.code)
    return _error(fault, entry.status, _body(fault, entry, moment.wall), moment)


def failed(planned: Planned, moment: Moment, work: Callable[[], Answer | EventStream]) -> Answer:
    """What a request gets that meets a fault.

    Args:
        planned: the fault, noted as met.
        moment: when the request came.
        work: does what the request asks for; called only where the reply begins as a success.
    """
    fault, entry = planned.fault, planned.entry
    if fault.kind is ReplyKind.RESET:
        return reset()
    if fault.kind in BROKEN_SUCCESSES:
        done = work()
        if isinstance(done, EventStream):
            error = _body(fault, entry, moment.wall) if fault.kind is ReplyKind.STREAM_ERROR else None
            return done.broken(fault.kind, pieces=fault.delivered, error=error)
        return cut(done)
    status = fault.status or (entry.status if entry else None)
    if status is None:
        raise ValueError("a fault without a documented code needs a status")
    if fault.kind is ReplyKind.UNREADABLE:
        header, allowed = _retry_after(fault, moment)
        return Answer(
            kind=fault.kind,
            status=status,
            content_type=fault.content_type,
            chunks=(fault.body or b"",),
            retry_after=header,
            retry_at=allowed,
        )
    # A cap's reset is that of the moment at which it was first met, however late the reply.
    body = _body(fault, entry, planned.met or moment.wall)
    resets_at = None if planned.resets_at is None else moment.second(planned.resets_at)
    return _error(fault, status, body, moment, resets_at=resets_at)


def _error(
    fault: Fault, status: int, body: Mapping[str, Any], moment: Moment, *, resets_at: float | None = None
) -> Answer:
    header, allowed = _retry_after(fault, moment)
    return Answer(
        kind=ReplyKind.ERROR,
        status=status,
        chunks=(encode(body),),
        type=body["error"]["type"],
        code=body["error"]["code"],
        param=body["error"].get("param"),
        message=body["error"]["message"],
        retry_after=header,
        retry_at=allowed,
        resets_at=resets_at,
    )


def _body(fault: Fault, entry: ErrorEntry | None, wall: datetime) -> Mapping[str, Any]:
    """The error envelope; a code of no entry is dressed as the page's envelope asks for."""
    if entry is not None:
        return envelope(entry, now=wall, param=fault.param, message=fault.message)
    error = {"type": fault.type, "code": fault.code, "message": fault.message or "Something went wrong."}
    return {"error": error | ({"param": fault.param} if fault.param else {})}


def _retry_after(fault: Fault, moment: Moment) -> tuple[str | None, float | None]:
    """The header, and the second of the trial before which it forbids another request."""
    value: float | datetime | str | None = fault.retry_after
    if fault.retry_after_date is not None:
        value = moment.wall + timedelta(seconds=fault.retry_after_date)
    if value is None:
        return None, None
    header = retry_after.write(value)
    seconds = retry_after.parse(header, moment.wall)
    return header, None if seconds is None else moment.at + seconds
