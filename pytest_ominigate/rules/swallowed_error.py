"""Letting a failure pass for a success.

## What it finds
A call in which no request succeeded, and which returned all the same, with a result that is like the healthy one or
that carries nothing of the error. Or one that ended the process instead of telling its caller, or that kept a permanent
error to itself until its caller's patience was at an end.

## Why it matters
The caller goes on with an empty answer, an old one or a made-up one, and nobody learns that a key has expired or a
balance is used up.

## Instead
Raise, or return something that says so: an error object, a result with a failure field, the code.

## How it is judged
Section "Response format" of the page. The result counts as telling if it says itself that the call failed, or if the
error's code can be read in it; a log record does not, since the caller does not see it. The language does not matter
where its build is plainly not that of a healthy result: another class, tag, flag or status, or a text in another
member while that of the answer is empty. What says something else that a healthy result does not is inconclusive. For
videos the last request of the call decides, since creating one may well have succeeded. Where it is not known what
success looks like to this caller, as in tests written by hand, nothing is accused. A reply or a stream that broke
half-way is left to truncated-success. `sys.exit` tells the caller only if it has a message in words.

A timeout of the caller's own is an honest end for a client that was still trying, or that waited for what the gateway
had asked. It is none where the last reply was an error that only a person can remove, nothing was sent for more than a
minute after it, and the timeout has nothing of that reply: no code, type, message, status or X-Request-Id. Then most
likely a thread or task died of the error while somebody waited for it. Tests written by hand are not accused of that.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..catalogue import Catalogue, Duty
from ..timeline import Attempt, Case, Ending, EndingKind, Lane, ReplyKind, lanes
from .base import BY_HAND, Finding, Inconclusive, Level, Rule, Violation, prose
from .evidence import code_named, duty_of, polling, says, says_code, seconds, told, unclear


def check(case: Case, catalogue: Catalogue) -> Iterator[Finding]:
    """Find the callers that were left to believe in success."""
    for lane in lanes(case):
        last, ending = lane.last, lane.ending
        if last is None or ending is None or not _failed(lane):
            continue
        how = _silence(last, ending) or _left_waiting(lane, case, catalogue)
        if how is None:
            continue
        if ending.unclear:
            yield Inconclusive(rule=RULE.name, reason=unclear(ending))
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


def _left_waiting(lane: Lane, case: Case, catalogue: Catalogue) -> str | None:
    """How long the caller waited for nothing until its own time was up; None where that may have been honest."""
    trial, last, ending = case.trials[lane.trial], lane.attempts[-1], lane.ending
    if ending is None or ending.kind is not EndingKind.RAISED or not ending.timed_out or len(trial.endings) > 1:
        return None
    if case.scenario == BY_HAND or last.reply.retry_after or duty_of(last, catalogue) is not Duty.FAIL:
        return None
    idle = trial.timeline.ended - last.at
    if idle <= catalogue.limits["stall"] or _hints_at(last, ending):
        return None
    return f"{seconds(idle)} after the last request, without a word of the error"


def _hints_at(last: Attempt, ending: Ending) -> bool:
    """Whether anything of the reply can be read off the ending."""
    reply = last.reply
    words = (reply.type, reply.request_id, reply.message, reply.status and str(reply.status))
    return says_code(ending, reply.code or "") or any(says(ending, word, logs=False) for word in words if word)


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
