"""Losing the X-Request-Id of a failure.

## What it finds
A failure whose X-Request-Id is found neither in what the caller got (the exception, its attributes, headers, chain
and text, or the result) nor in a log record.

## Why it matters
The id is what support traces a fault by, what tells whether a timed-out picture was made after all, and what a
video's bill is put right by. Nobody can ask for it later.

## Instead
Read the header of every failed reply, and log it or put it on the exception.

## How it is judged
Section "Can't find your error code?" of the page. For internal_error, video_billing_error and
image_generation_timeout it is a MUST, since the page rests on it there; for the rest a SHOULD. The id of any of the
call's failed replies will do. It is not judged where no reply was received, where the reply could not be read, or
where the call ended in a timeout of the caller's own.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..catalogue import Catalogue
from ..timeline import Case, lanes
from .base import Finding, Level, Rule, Violation, prose
from .evidence import entry_of, groundless, says, surfaced


def check(case: Case, catalogue: Catalogue) -> Iterator[Finding]:
    """Find the failures that cannot be traced."""
    for lane in lanes(case):
        shown = surfaced(lane)
        if shown is None:
            continue
        last, ending = shown
        failures = [attempt for attempt in lane.attempts if attempt.failed and not groundless(attempt, lane)]
        ids = {attempt.reply.request_id for attempt in failures if attempt.reply.request_id}
        if last.reply.request_id is None or any(says(ending, each, logs=True) for each in ids):
            continue
        entry = entry_of(last, catalogue)
        yield Violation(
            rule=RULE.name,
            level=Level.MUST if entry and entry.request_id_required else Level.SHOULD,
            expected=f"the X-Request-Id of {last.reply.code} in the exception, the result or a log record",
            observed=f"{ending.summary or ending.kind.value}, and no log record has it",
            trial=lane.trial,
            at=last.number,
            code=last.reply.code,
        )


RULE = Rule(
    name="lost-request-id",
    level=Level.MUST,
    section="Can't find your error code?",
    duty="Let the caller read the X-Request-Id: support asks for it.",
    remedy="Log the X-Request-Id header of the failed reply, or carry it on the exception.",
    text=prose(__doc__),
    check=check,
)
