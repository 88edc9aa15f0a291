"""Handing out the beginning of an answer twice.

## What it finds
A returned text that holds the part delivered before a stream dropped, and after it the whole answer of the retry.

## Why it matters
The caller reads the beginning twice. The page asks to remember the last chunk received for exactly this reason.

## Instead
Collect a stream and hand it out when it is whole; or, if it was handed out as it came, skip as much of the retry's
answer as the caller has already got.

## How it is judged
Section "upstream_failed / How to handle" of the page. The delivered part must occur in the returned text more often
than in the answer of the retry.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..catalogue import Catalogue
from ..timeline import Case, lanes
from .base import Finding, Level, Rule, Violation, prose
from .evidence import stream_dropped


def check(case: Case, _catalogue: Catalogue) -> Iterator[Finding]:
    """Find the callers that got a beginning twice."""
    for lane in lanes(case):
        last, ending = lane.last, lane.ending
        if last is None or last.failed or ending is None or ending.text is None:
            continue
        parts = [each.reply.delivered for each in lane.work if stream_dropped(each) and each.reply.delivered.strip()]
        whole = "".join(end.reply.delivered for end in lane.ends)
        twice = next((part for part in parts if ending.text.count(part) > max(1, whole.count(part))), None)
        if twice is None:
            continue
        yield Violation(
            rule=RULE.name,
            level=RULE.level,
            expected="each part of the answer once",
            observed=f"{twice!r} again, in {ending.text!r}",
            trial=lane.trial,
            at=last.number,
        )


RULE = Rule(
    name="repeated-text",
    level=Level.SHOULD,
    section="upstream_failed / How to handle",
    duty="Remember what a broken stream had brought, so that it is not handed out twice.",
    remedy="Drop the partial text before the retry, or skip it in the retry's answer.",
    text=prose(__doc__),
    check=check,
)
