"""Hiding which error it was.

## What it finds
A failure that reached the caller without its `code`: neither the exception, its attributes, what it chains to and the
body it holds, nor a returned result shows it.

## Why it matters
The code is what programs switch on: it is stable, and the same status stands for several of them. Without it a caller
cannot tell a spending cap from a rate limit, nor a refused key from an empty balance.

## Instead
Put `error.code` on the exception, keep the original one as its cause, or let the response body be read from it.

## How it is judged
Section "Envelope fields / code" of the page. The code of the last reply must be found as a word of its own in
anything the caller can read, log records excepted. An exception class that is named for the code counts as well. The
error event of a stream has a code like any other. Where no video could be created and the task is asked for all the
same, without an id, the code is that of the failed creation. A timeout of the caller's own is not judged.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..catalogue import Catalogue
from ..timeline import Case, lanes
from .base import Finding, Level, Rule, Violation, prose
from .evidence import groundless, says_code, surfaced


def check(case: Case, _catalogue: Catalogue) -> Iterator[Finding]:
    """Find the callers that were not told the code."""
    for lane in lanes(case):
        shown = surfaced(lane)
        if shown is None:
            continue
        last, ending = shown
        # After a fallback, the error of an earlier request may be the one that is told.
        failures = [run.last for run in lane.runs if run.last.failed and not groundless(run.last, lane)]
        codes = {failure.reply.code for failure in failures} | {last.reply.code}
        if any(code and says_code(ending, code) for code in codes):
            continue
        yield Violation(
            rule=RULE.name,
            level=RULE.level,
            expected=f"the code {last.reply.code} within the caller's reach",
            observed=ending.summary or ending.kind.value,
            trial=lane.trial,
            at=last.number,
            code=last.reply.code,
        )


RULE = Rule(
    name="lost-code",
    level=Level.SHOULD,
    section="Envelope fields / code",
    duty="Let the caller read the code: it is what programs switch on.",
    remedy="Carry error.code as an attribute of the exception, or chain the SDK's exception with `raise ... from`.",
    text=prose(__doc__),
    check=check,
)
