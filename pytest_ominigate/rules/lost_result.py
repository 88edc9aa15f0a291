"""Losing a success that came after failures.

## What it finds
A call in which a request succeeded in the end, while the caller got an error, or a result unlike the healthy one.

## Why it matters
The work was done and paid for. Whoever throws it away, or hands out the wrong part of it, makes the caller pay again.

## Instead
Return the result of the retry as if it had been the first, and forget the failures before it.

## How it is judged
Section "upstream_failed / How to handle" of the page. Only calls count in which an earlier request failed and the
last request for what the caller asked succeeded; for videos that is `create`, or a `status` or `result` that says
that the video is done, since it may well be given up while it is made. Where a healthy call makes several requests by
itself, all of them must have succeeded. A timeout of the caller's own is not meant, nor is an error that tells of
video_billing_error, which is worth telling although the video is there. What is unlike the healthy result is known
from the healthy call; where that is not known, a returned result is not judged.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..catalogue import Catalogue, Duty
from ..timeline import Attempt, Case, Ending, EndingKind, Lane, lanes
from .base import Finding, Level, Rule, Violation, prose
from .evidence import duty_of


def check(case: Case, catalogue: Catalogue) -> Iterator[Finding]:
    """Find the callers that did not get what was there."""
    for lane in lanes(case):
        last, ending = lane.last, lane.ending
        if last is None or ending is None or not _recovered(lane, catalogue) or not _lost(ending):
            continue
        yield Violation(
            rule=RULE.name,
            level=RULE.level,
            expected=f"the result of request {last.number}, which succeeded",
            observed="; ".join(filter(None, (ending.summary or ending.kind.value, ending.unlike))),
            trial=lane.trial,
            at=last.number,
        )


def _recovered(lane: Lane, catalogue: Catalogue) -> bool:
    last = lane.last
    if last is None or last.failed or _being_made(last):
        return False
    if any(end.failed for end in lane.ends) or not lane.steps <= {each.body for each in lane.work}:
        return False
    failures = [attempt for attempt in lane.work if attempt.failed]
    return bool(failures) and all(duty_of(failure, catalogue) is not Duty.COMPLETED for failure in failures)


def _being_made(last: Attempt) -> bool:
    """Whether a video is still being made, as far as the last reply tells."""
    said = last.reply.completed
    return said is False or (said is None and last.operation == "video.status")


def _lost(ending: Ending) -> bool:
    if ending.kind is EndingKind.RETURNED:
        return ending.like_healthy is False
    return ending.kind is not EndingKind.STOPPED and not ending.timed_out and not ending.asserted


RULE = Rule(
    name="lost-result",
    level=Level.MUST,
    section="upstream_failed / How to handle",
    duty="When a retry succeeds, its result is what the caller should get.",
    remedy="Return the reply of the retry that succeeded.",
    text=prose(__doc__),
    check=check,
)
