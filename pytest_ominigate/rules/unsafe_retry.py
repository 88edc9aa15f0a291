"""Repeating what may have been done, and charged, already.

## What it finds
- any further generation in the same call after image_generation_timeout, with the same body or another;
- a video created again after video_billing_error;
- a video created again because polling the first one failed.

## Why it matters
A timeout tells nothing of the outcome: the picture may still be made. A video whose bill could not be written is most
likely done. A poll that fails says nothing against the task. Whoever starts anew pays twice.

## Instead
Hand the error to the caller together with the X-Request-Id and the task id. Poll the task you have; never replace it.

## How it is judged
Sections "image_generation_timeout / How to handle" and "video_billing_error / How to handle" of the page. Two video
requests are for the same work if their prompts are equal, or if there are as many videos already as a healthy call
makes: then a changed prompt is no other video. Creating again is blamed on a failed poll of the task, whatever was
asked of it afterwards, unless its result was fetched; where it cannot be told whose task that was, only if the poll
came right before. Creating again after a failed create is right and not looked at, and so is a further request after
a connection that broke without a code. Of the several requests that a healthy call makes by itself, one does not
repeat another; in a test written by hand, neither do requests with different prompts, and a task that was seen
completed is done.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..catalogue import Catalogue, Duty
from ..timeline import ASIDE, Attempt, Case, Lane, lanes
from .base import BY_HAND, Finding, Level, Rule, Violation, prose
from .evidence import bought, code_named, duty_of, polling, seconds

_CREATE = "video.create"
_RESULT = "video.result"


def check(case: Case, catalogue: Catalogue) -> Iterator[Finding]:
    """Find the first unsafe request of each caller."""
    for lane in lanes(case):
        for attempt in lane.attempts:
            reason = _reason(attempt, lane, case, catalogue)
            if reason is None:
                continue
            failed, expected = reason
            yield Violation(
                rule=RULE.name,
                level=RULE.level,
                expected=expected,
                observed=f"request {attempt.number} started it again {seconds(attempt.at - failed.at)} later",
                trial=lane.trial,
                at=attempt.number,
                code=failed.reply.code,
            )
            break


def _reason(attempt: Attempt, lane: Lane, case: Case, catalogue: Catalogue) -> tuple[Attempt, str] | None:
    """The failure after which *attempt* must not be sent, and what should have come of it."""
    if polling(attempt):
        return None
    before = [other for other in lane.attempts if other.number < attempt.number and other.operation not in ASIDE]
    for failed in before:
        duty = duty_of(failed, catalogue)
        if (
            duty is Duty.UNKNOWN_OUTCOME
            and failed.operation == attempt.operation
            and not _apart(attempt, failed, lane, case)
        ):
            return failed, f"nothing generated again after {failed.reply.code}: the first may have been made"
        if duty is Duty.COMPLETED and _repeats(attempt, failed, before, case):
            return failed, f"no video created again after {failed.reply.code}: the first is most likely done"
    failed_poll = _given_up(attempt, before, case)
    if failed_poll is not None:
        return failed_poll, f"the task polled further or given up after {code_named(failed_poll)}, not created again"
    return None


def _given_up(attempt: Attempt, before: list[Attempt], case: Case) -> Attempt | None:
    """The last failed poll of the task that *attempt* creates anew; None where there is none."""
    made = [other for other in before if other.operation == _CREATE and not other.failed]
    too_many = _one_too_many(before, case)
    same = made if too_many else [other for other in made if _same_video(attempt, other)]
    if attempt.operation != _CREATE or not same:
        return None
    failed = [
        other
        for other in before
        if polling(other) and other.failed and other.number > same[0].number and not _done(other.task, before, case)
    ]
    if not too_many and len(same) < len(made):
        # Replies do not tell which request made which task, so the poll may have been one of another video.
        failed = [other for other in failed if other is before[-1]]
    return failed[-1] if failed else None


def _done(task: str | None, before: list[Attempt], case: Case) -> bool:
    """Whether the caller had all of the task that there is to have."""
    return any(
        polling(other)
        and other.task == task
        and not other.failed
        and (other.reply.completed or (other.reply.completed is None and other.operation == _RESULT))
        and (other.operation == _RESULT or case.scenario == BY_HAND)
        for other in before
    )


def _apart(attempt: Attempt, failed: Attempt, lane: Lane, case: Case) -> bool:
    """Whether it asks for another thing than *failed* did. One test written by hand may make several calls."""
    return bought(attempt) != bought(failed) if case.scenario == BY_HAND else lane.apart(attempt, failed)


def _repeats(attempt: Attempt, failed: Attempt, before: list[Attempt], case: Case) -> bool:
    """Whether *attempt* asks again for the work that *failed* was about."""
    if attempt.operation == _CREATE:
        return _one_too_many(before, case) or any(_same_video(attempt, other) for other in before)
    return attempt.operation == failed.operation and attempt.body == failed.body


def _one_too_many(before: list[Attempt], case: Case) -> bool:
    """Whether there already are as many videos as a healthy call makes: a further one takes the place of another."""
    made = sum(other.operation == _CREATE and not other.failed for other in before)
    return 0 < len(case.steps) <= made


def _same_video(attempt: Attempt, other: Attempt) -> bool:
    return other.operation == attempt.operation and bought(other) == bought(attempt)


RULE = Rule(
    name="unsafe-retry",
    level=Level.MUST,
    section="image_generation_timeout / How to handle",
    duty="Never repeat by yourself what may have been done and charged already.",
    remedy="Raise the error with its X-Request-Id and the task id instead of starting anew.",
    text=prose(__doc__),
    check=check,
)
