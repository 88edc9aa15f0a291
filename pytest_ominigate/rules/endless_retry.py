"""Sending without end.

## What it finds
A client that was still sending when the harness stopped it, by default at the fiftieth request.

## Why it matters
A loop without an end turns one failure into an outage of its own, holds a caller for ever, and spends a day's budget
in minutes once requests succeed again.

## Instead
Bound every loop by a number of requests, and let no `except` clause restart it. Polling needs a bound as well.

## How it is judged
Section "upstream_failed / How to handle" of the page. Only the harness's own stop counts, so slow or unfinished
clients are not meant. Where several callers reached the limit only together, nothing is proved against any of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..catalogue import Catalogue
from ..timeline import Case, lanes_of
from .base import Finding, Inconclusive, Level, Rule, Violation, prose
from .evidence import code_named


def check(case: Case, _catalogue: Catalogue) -> Iterator[Finding]:
    """Find the callers that had to be stopped."""
    for index, trial in enumerate(case.trials):
        if not trial.stopped:
            continue
        busy = [lane for lane in lanes_of(case, index) if lane.attempts]
        if len(busy) > 1 and all(len(lane.attempts) < case.limit for lane in busy):
            reason = f"the callers reached the limit of {case.limit} requests together, none of them alone"
            yield Inconclusive(rule=RULE.name, reason=reason)
            continue
        for lane in busy:
            if len(busy) > 1 and len(lane.attempts) < case.limit:
                continue
            last = lane.attempts[-1]
            met = code_named(last) if last.failed else "a success"
            yield Violation(
                rule=RULE.name,
                level=RULE.level,
                expected="an end after a few requests",
                observed=f"still sending at request {len(lane.attempts)}, which met {met}",
                trial=index,
                at=last.number,
                code=last.reply.code,
            )


RULE = Rule(
    name="endless-retry",
    level=Level.MUST,
    section="upstream_failed / How to handle",
    duty="Bound the number of requests.",
    remedy="Give the loop a greatest number of requests, and raise the last error when it is used up.",
    text=prose(__doc__),
    check=check,
)
