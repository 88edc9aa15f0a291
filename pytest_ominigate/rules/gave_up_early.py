"""Giving up on an error that is gone at the next request.

## What it finds
A transient error after which the request was not sent again, or not as often as the page advises.

## Why it matters
Rate limits pass, and the page says that most upstream and internal errors are gone at the second attempt. Whoever
gives up at the first turns a hiccup into a failure.

## Instead
Send the same request again after growing waits, twice or more, and surface the error only then. Another model or
another key comes after the retries, not instead of them.

## How it is judged
Section "upstream_error" of the page and the section of each error. What counts is the number of requests with the same
key and body, the first included; where other keys or models were tried before, theirs count too. Fewer than the least
number that the catalogue gives is a MUST. It is a SHOULD where the request was tried again but less often than
advised, where a fallback to another model or key took the place of the retries, where a stream that had begun broke
off (no stock SDK resends those), and where an unreadable Retry-After left only the ordinary backoff. Giving up is fine
where Retry-After asks for more than half a minute, where the call ended with a timeout of the caller's own, and where
another failed of the several requests that a healthy call makes by itself. It is fine, too, where such a call asks
several models the same, one of them answered at the time or later, and the caller got what a healthy call gets.
For polls, asking for the task again is the retry.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..catalogue import Catalogue
from ..timeline import Attempt, Case, EndingKind, Lane, ReplyKind, Run, lanes
from ..timeline.pairing import kind_of_work
from .base import Finding, Level, Rule, Violation, prose
from .evidence import asked_seconds, code_named, content, entry_of, polling, stream_dropped, told, unreadable_wish


def check(case: Case, catalogue: Catalogue) -> Iterator[Finding]:
    """Find the requests that were given up too soon."""
    for lane in lanes(case):
        ending = lane.ending
        if ending is not None and (ending.timed_out or ending.kind is EndingKind.STOPPED):
            continue
        if case.trials[lane.trial].stopped:
            continue
        for run in lane.runs:
            finding = _judge(run, lane, catalogue)
            if finding is not None:
                yield finding


def _judge(run: Run, lane: Lane, catalogue: Catalogue) -> Violation | None:
    last = run.last
    if not last.failed or last.operation not in catalogue.routes or lane.called_off(last) or _outrun(last, lane):
        return None
    later = lane.after(last)
    # A video created anew because of a failed poll is unsafe-retry's affair.
    if any(_goes_on(other, last) or (polling(last) and not polling(other)) for other in later):
        return None
    fallback = any(kind_of_work(other.operation) == kind_of_work(last.operation) for other in later)
    entry = entry_of(last, catalogue)
    step = last.operation.removesuffix("_stream")
    # What another key, model or body was tried with before counts for the last of them: all roads were tried.
    failed = sum(each.failed and each.operation.removesuffix("_stream") == step for each in lane.alike(last))
    if entry is None:
        # A dropped stream has no code: the page wants it resent, and nobody's SDK does.
        surfaced = lane.ending is not None and told(lane.ending, last)
        if failed > 1 or fallback or not surfaced or not stream_dropped(last) or last.reply.code is not None:
            return None
        return _violation(run, lane, Level.SHOULD, "the whole request sent again")
    if not entry.transient or _asks_too_much(last, catalogue):
        return None
    made = len(run) if fallback else failed
    if made >= (entry.min_requests if fallback else entry.advised_requests):
        return None
    excused = fallback or last.reply.kind is ReplyKind.STREAM_ERROR or unreadable_wish(last)
    level = Level.MUST if made < entry.min_requests and not excused else Level.SHOULD
    least = entry.min_requests if level is Level.MUST else entry.advised_requests
    return _violation(run, lane, level, f"at least {least} requests before giving up")


def _outrun(last: Attempt, lane: Lane) -> bool:
    """Whether the same was asked of several models at once, and another one's answer was enough for the caller."""
    ending = lane.ending
    if not lane.steps or ending is None or not ending.like_healthy:
        return False
    asked = content(last)
    return any(asked) and any(
        not other.failed
        and other.at >= last.at
        and other.body in lane.steps
        and other.model != last.model
        and content(other) == asked
        for other in lane.work
    )


def _goes_on(other: Attempt, last: Attempt) -> bool:
    """Whether *other* carries on with what *last* failed at, though it is not the very same request."""
    if polling(last):
        return polling(other) and other.task == last.task
    if other.key != last.key or other.model != last.model:
        return False
    # The same with a changed body: changed-request looks at that, also where a stream became a whole answer.
    return kind_of_work(other.operation) == kind_of_work(last.operation) and not polling(other)


def _asks_too_much(last: Attempt, catalogue: Catalogue) -> bool:
    asked = asked_seconds(last)
    return asked is not None and asked > catalogue.limits["giving_up_allowed_above"]


def _violation(run: Run, lane: Lane, level: Level, expected: str) -> Violation:
    return Violation(
        rule=RULE.name,
        level=level,
        expected=expected,
        observed=f"gave up after {code_named(run.last)} at request {len(run)}",
        trial=lane.trial,
        at=run.last.number,
        code=run.last.reply.code,
    )


RULE = Rule(
    name="gave-up-early",
    level=Level.MUST,
    section="upstream_error",
    duty="Try a transient failure again before giving up.",
    remedy="Send the same request again after about 1 s, then 2 s, with some jitter, before you surface the error.",
    text=prose(__doc__),
    check=check,
)
