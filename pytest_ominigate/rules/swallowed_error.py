"""Letting a failure pass for a success.

## What it finds
A call in which no request succeeded, and which returned all the same, with a result that is like the healthy one or
that carries nothing of the error. Or one that ended the process instead of telling its caller.

## Why it matters
The caller goes on with an empty answer, an old one or a made-up one, and nobody learns that a key has expired or a
balance is used up.

## Instead
Raise, or return something that says so: an error object, a result with a failure field, the code.

## How it is judged
Section "Response format" of the page. The result counts as telling if it says itself that the call failed, or if the
error's code can be read in it; a log record does not, since the caller does not see it. For videos the last request
of the call decides, since creating one may well have succeeded. Where it is not known what success looks like to this
caller, as in tests written by hand, nothing is accused. A reply or a stream that broke half-way is left to
truncated-success. `sys.exit` tells the caller only if it has a message in words.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..catalogue import Catalogue
from ..timeline import Attempt, Case, Ending, EndingKind, Lane, ReplyKind, lanes
from .base import Finding, Level, Rule, Violation, prose
from .evidence import code_named, polling, told


def check(case: Case, _catalogue: Catalogue) -> Iterator[Finding]:
    """Find the callers that were left to believe in success."""
    for lane in lanes(case):
        last, ending = lane.last, lane.ending
        if last is None or ending is None or not _failed(lane):
            continue
        how = _silence(last, ending)
        if how is None:
            continue
        yield Violation(
            rule=RULE.name,
            level=RULE.level,
            expected=f"the caller told of {code_named(last)}",
            observed=f"{ending.summary or 'a result'}, {how}",
            trial=lane.trial,
            at=last.number,
            code=last.reply.code,
        )


def _silence(last: Attempt, ending: Ending) -> str | None:
    """In what way the ending tells nothing of the failure; None where it does, or where nobody knows."""
    if ending.kind is EndingKind.EXITED:
        message = ending.summary.partition(":")[2]
        return None if any(map(str.isalpha, message)) else "which leaves the caller nothing to handle"
    if ending.kind is not EndingKind.RETURNED or ending.like_healthy is None or told(ending, last):
        return None
    if last.reply.kind in (ReplyKind.CUT, ReplyKind.UNFINISHED):
        return None
    return "like that of a healthy call" if ending.like_healthy else "without a word of the error"


def _failed(lane: Lane) -> bool:
    """Whether nothing that the caller asked for succeeded."""
    if lane.last is not None and polling(lane.last):
        return lane.last.failed
    return all(attempt.failed for attempt in lane.work)


RULE = Rule(
    name="swallowed-error",
    level=Level.MUST,
    section="Response format",
    duty="Look at the error object of every reply that is no success, and let the caller know of it.",
    remedy="Raise the error, or return a value that says that the call failed.",
    text=prose(__doc__),
    check=check,
)
