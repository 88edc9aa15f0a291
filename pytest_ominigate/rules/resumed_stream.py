"""Asking to go on where a stream broke.

## What it finds
A request after a dropped stream that quotes what had arrived and asks for the rest.

## Why it matters
The gateway cannot resume a stream. The model starts anew with its own half sentence as input: the seam shows, words
are lost or said twice, and the tokens of the first half are paid for again.

## Instead
Remember what was handed out, send the full original request again, and hand out only what is new.

## How it is judged
Section "upstream_failed / How to handle" of the page. The fake gateway marks a request that carries the delivered
text in a message that the original did not have.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..catalogue import Catalogue
from ..timeline import Case, lanes
from .base import Finding, Level, Rule, Violation, prose


def check(case: Case, _catalogue: Catalogue) -> Iterator[Finding]:
    """Find the first resuming request of each caller."""
    for lane in lanes(case):
        resuming = next((attempt for attempt in lane.attempts if attempt.resumes), None)
        if resuming is None:
            continue
        broken = [attempt for attempt in lane.attempts if attempt.number < resuming.number and attempt.failed]
        yield Violation(
            rule=RULE.name,
            level=RULE.level,
            expected="the full original request again",
            observed=f"request {resuming.number} asks to continue the broken stream",
            trial=lane.trial,
            at=resuming.number,
            code=broken[-1].reply.code if broken else None,
        )


RULE = Rule(
    name="resumed-stream",
    level=Level.MUST,
    section="upstream_failed / How to handle",
    duty="A broken stream cannot be continued; begin again.",
    remedy="Send the first request again instead of adding the partial answer to its messages.",
    text=prose(__doc__),
    check=check,
)
