"""Handing out half a reply as a whole one.

## What it finds
A call that returned normally although its last reply broke off: a body or a stream cut by the connection, or a stream
that ended without its final chunk.

## Why it matters
A cut answer may read well and be wrong: a list without its last items, code without its end, "do" without "not".

## Instead
Raise when the connection breaks. In a stream, wait for the end that the protocol has (`[DONE]`, `message_stop`, a
finish reason), and treat its absence as a failure.

## How it is judged
Section "upstream_failed / Common causes" of the page. A broken connection is a MUST. A clean end without the final
chunk is a SHOULD, since nearly every SDK lets it pass. A result that says itself that it is not whole is fine, and
one that says something else that a healthy result does not is inconclusive. In a test written by hand, the returned
text must hold the delivered part.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..catalogue import Catalogue
from ..timeline import Attempt, Case, Ending, EndingKind, ReplyKind, lanes
from .base import Finding, Inconclusive, Level, Rule, Violation, prose
from .evidence import code_named, unclear

_LEVELS = {ReplyKind.CUT: Level.MUST, ReplyKind.UNFINISHED: Level.SHOULD}


def check(case: Case, _catalogue: Catalogue) -> Iterator[Finding]:
    """Find the callers that took a part for the whole."""
    for lane in lanes(case):
        last, ending = lane.last, lane.ending
        if last is None or ending is None or last.reply.kind not in _LEVELS or not _claims_success(ending, last):
            continue
        if ending.unclear:
            yield Inconclusive(rule=RULE.name, reason=unclear(ending))
            continue
        yield Violation(
            rule=RULE.name,
            level=_LEVELS[last.reply.kind],
            expected=f"an error, or a retry, after {code_named(last)}",
            observed=ending.summary or "a result",
            trial=lane.trial,
            at=last.number,
        )


def _claims_success(ending: Ending, last: Attempt) -> bool:
    if ending.kind is not EndingKind.RETURNED or ending.tells_failure:
        return False
    delivered = last.reply.delivered.strip()
    return ending.like_healthy is not None or bool(delivered and ending.text and delivered in ending.text)


RULE = Rule(
    name="truncated-success",
    level=Level.MUST,
    section="upstream_failed / Common causes",
    duty="A stream that ends before its final chunk has failed.",
    remedy="Check for the end of the stream before you return what arrived, and raise where it is missing.",
    text=prose(__doc__),
    check=check,
)
