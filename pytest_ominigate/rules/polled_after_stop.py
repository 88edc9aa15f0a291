"""Polling a video on after its cost limit was hit.

## What it finds
A further `status` or `result` request for a task after one of them met request_cost_limit.

## Why it matters
The page says that this error ends the polling loop: the job is billed no further, and the call has been refused. More
polls only eat the key's requests per minute.

## Instead
Leave the loop on this code and hand the error to the caller.

## How it is judged
Section "request_cost_limit / How to handle" of the page. Only errors at `status` and `result` count: a cheaper video
may be created after a refused one, and then polled. Where this rule speaks, retried-permanent-error does not.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..catalogue import Catalogue
from ..timeline import Case, lanes
from .base import Finding, Level, Rule, Violation, prose
from .evidence import entry_of, polling, times


def check(case: Case, catalogue: Catalogue) -> Iterator[Finding]:
    """Find the first poll after each stop."""
    for lane in lanes(case):
        for stopped in lane.attempts:
            entry = entry_of(stopped, catalogue)
            if not polling(stopped) or entry is None or "polled-after-stop" not in entry.citations:
                continue
            later = [other for other in lane.after(stopped) if polling(other) and other.task == stopped.task]
            if later:
                yield Violation(
                    rule=RULE.name,
                    level=RULE.level,
                    expected=f"no poll after {entry.code}",
                    observed=f"{times(len(later), 'more poll')} of the same task",
                    trial=lane.trial,
                    at=later[0].number,
                    code=entry.code,
                )
                break


RULE = Rule(
    name="polled-after-stop",
    level=Level.MUST,
    section="request_cost_limit / How to handle",
    duty="Stop polling a video when its cost limit is hit.",
    remedy="End the polling loop on this code and raise it.",
    text=prose(__doc__),
    check=check,
)
