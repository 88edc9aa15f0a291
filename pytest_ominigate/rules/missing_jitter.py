"""Waiting the same time in every trial, to the millisecond.

## What it finds
Waits between retries that do not differ from one trial to the next.

## Why it matters
Clients that failed together and wait alike come back together, and overload the gateway in the very moment it
recovers. A little chance in each wait spreads them.

## Instead
Shake every wait: anything from 0 up to it (full jitter), from half of it up, a second on top, or a few per cent.

## How it is judged
Section "upstream_failed / How to handle" of the page. The client's `random` is seeded differently for each trial, so
shaken waits differ. From three trials on, waits that agree within a millisecond at every place are the same; once they
do so in six, no more trials are run. Waits that Retry-After asked for or excused, and polls, are left out. A client
that does not wait at all is left to no-backoff.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..catalogue import Catalogue
from ..timeline import Case
from .base import Finding, Level, Rule, Violation, prose
from .evidence import seconds
from .shapes import waits_of


def check(case: Case, catalogue: Catalogue) -> Iterator[Finding]:
    """Find waits without chance."""
    waits = waits_of(case, catalogue)
    if waits is None or waits.trials < catalogue.limits["jitter_needs_trials"]:
        return
    tolerance = catalogue.limits["jitter_tolerance"]
    if any(position.spread > tolerance for position in waits.positions):
        return
    if all(position.high <= tolerance for position in waits.positions):
        return
    yield Violation(
        rule=RULE.name,
        level=RULE.level,
        expected="waits that differ from trial to trial",
        observed=f"{', '.join(seconds(wait) for wait in waits.rows[0])} in each of {waits.trials} trials",
        trial=waits.trial,
        at=waits.first.again.number,
        code=waits.code,
    )


def undecided(case: Case, catalogue: Catalogue, _: int) -> bool:
    """Whether the first waits have been the same so far."""
    waits = waits_of(case, catalogue)
    if waits is None or waits.settled(catalogue):
        return False
    return bool(waits.positions[0].spread <= catalogue.limits["jitter_tolerance"])


RULE = Rule(
    name="missing-jitter",
    level=Level.SHOULD,
    section="upstream_failed / How to handle",
    duty="Add jitter to the waits.",
    remedy="Multiply each wait by a random factor, or draw it from 0 up to the full wait.",
    text=prose(__doc__),
    check=check,
    timing=True,
    undecided=undecided,
)
