"""Handling an unknown code otherwise than its family.

## What it finds
A code that the page does not list, of a type that it does: sent again although no error of that type may be, or given
up at once although every error of that type asks for a retry.

## Why it matters
The gateway may add codes at any time. The type is there so that a client knows what to do with the new ones.

## Instead
Look the code up first and the type second: fail on authentication_error, invalid_request_error, not_found_error and
billing_error, wait for the reset on usage_cap_exceeded, back off on rate_limit_error.

## How it is judged
Section "Envelope fields / type" of the page. Only families whose codes share one duty are judged: upstream_error and
internal_error hold errors of both kinds, and both ways pass. A type that the page does not know is not judged. A long
Retry-After, a timeout of the caller's own or a stream that had begun excuse giving up, as they do elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..catalogue import Catalogue, Duty
from ..timeline import Attempt, Case, EndingKind, Lane, ReplyKind, Run, lanes
from .base import Finding, Level, Rule, Violation, prose
from .evidence import asked_seconds, duty_of_family, seconds


def check(case: Case, catalogue: Catalogue) -> Iterator[Finding]:
    """Find unknown codes that were not handled as their family is."""
    for lane in lanes(case):
        for run in lane.runs:
            finding = _sent_again(run, lane, catalogue) or _given_up(run, lane, case, catalogue)
            if finding is not None:
                yield finding


def _sent_again(run: Run, lane: Lane, catalogue: Catalogue) -> Violation | None:
    for retry in run.retries:
        duty, resets_at = duty_of_family(retry.failed, catalogue), retry.failed.reply.resets_at
        lifted = resets_at is not None and retry.again.at >= resets_at - catalogue.limits["reset_tolerance"]
        if duty is Duty.FAIL or (duty is Duty.UNTIL_RESET and not lifted):
            expected = f"no retry of an error of type {retry.failed.reply.type}"
            return _violation(lane, retry.again, retry.failed, expected, f"sent again after {seconds(retry.wait)}")
    return None


def _given_up(run: Run, lane: Lane, case: Case, catalogue: Catalogue) -> Violation | None:
    last, ending = run.last, lane.ending
    least = min((entry.min_requests for entry in catalogue if entry.type == last.reply.type), default=1)
    made = sum(each.failed and each.operation == last.operation for each in lane.alike(last))
    if (
        duty_of_family(last, catalogue) is not Duty.BACKOFF
        or made >= least
        or lane.after(last)
        or lane.called_off(last)
    ):
        return None
    asked = asked_seconds(last)
    excused = asked is not None and asked > catalogue.limits["giving_up_allowed_above"]
    ended = ending is not None and not ending.timed_out and ending.kind is not EndingKind.STOPPED
    if excused or not ended or last.reply.kind is ReplyKind.STREAM_ERROR or case.trials[lane.trial].stopped:
        return None
    expected = f"a retry after an error of type {last.reply.type}"
    return _violation(lane, last, last, expected, f"gave up at request {len(run)}")


def _violation(lane: Lane, at: Attempt, met: Attempt, expected: str, observed: str) -> Violation:
    return Violation(
        rule=RULE.name,
        level=RULE.level,
        expected=expected,
        observed=observed,
        trial=lane.trial,
        at=at.number,
        code=met.reply.code,
    )


RULE = Rule(
    name="misread-family",
    level=Level.SHOULD,
    section="Envelope fields / type",
    duty="Treat an unknown code as its family asks.",
    remedy="Decide by error.type where error.code is not known.",
    text=prose(__doc__),
    check=check,
)
