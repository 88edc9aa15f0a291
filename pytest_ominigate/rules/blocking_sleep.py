"""Stopping an event loop to wait.

## What it finds
A blocking wait, such as `time.sleep`, `Event.wait` or a future's `result()`, in a thread that runs an event loop.

## Why it matters
While it waits, nothing else in that loop moves: other requests time out, heartbeats stop, and one limited call slows
down all the rest.

## Instead
`await asyncio.sleep(...)`, or an SDK's async client. Move blocking clients to a thread of their own.

## How it is judged
Section "rate_limited / How to handle" of the page, in spirit: it asks for a delay of the call, not of everything. The
clock sees whether a loop was running in the thread that waited. One finding for each place in the code.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..catalogue import Catalogue
from ..timeline import Case
from .base import Finding, Level, Rule, Violation, prose
from .evidence import seconds


def check(case: Case, _catalogue: Catalogue) -> Iterator[Finding]:
    """Find the places that stop a loop."""
    seen: set[tuple[str, str]] = set()
    for index, trial in enumerate(case.trials):
        for wait in trial.timeline.waits:
            if not wait.blocks_loop or wait.seconds <= 0 or (wait.how, wait.where) in seen:
                continue
            seen.add((wait.how, wait.where))
            before = [each for each in trial.timeline.lane(wait.lane) if each.at <= wait.at]
            place = f" at {wait.where}" if wait.where else ""
            yield Violation(
                rule=RULE.name,
                level=RULE.level,
                expected="a wait that lets the event loop run",
                observed=f"{wait.how} stopped it for {seconds(wait.seconds)}{place}",
                trial=index,
                at=before[-1].number if before else None,
            )


RULE = Rule(
    name="blocking-sleep",
    level=Level.SHOULD,
    section="rate_limited / How to handle",
    duty="A delay belongs to the call that was limited; a blocked event loop delays everything else too.",
    remedy="Await asyncio.sleep (or anyio's, or trio's) instead, or run the blocking client in a thread.",
    text=prose(__doc__),
    check=check,
)
