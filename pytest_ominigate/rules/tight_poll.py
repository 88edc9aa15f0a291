"""Polling a video without a pause.

## What it finds
Less than a second between two polls of a task, and no longer pause after rpm_rate_limited.

## Why it matters
A video takes minutes. Polls without a pause use up the key's requests per minute, and then every other request of the
key fails as well.

## Instead
Pause a few seconds between polls, longer each time if you like, and at least a second after a rate limit.

## How it is judged
Section "rpm_rate_limited / How to handle" of the page, which names no pace; a second is the catalogue's. Counted are
the pauses between two status requests for one task by one caller: after a successful one, after rpm_rate_limited
where Retry-After says nothing, and, if the next poll follows in the very same instant, after any other failure. The
short waits of a backoff after another failure are not accused. A slower or a growing pace never is. A request for the
result counts as a poll where the reply before said that the video was not done yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ..catalogue import Catalogue
from ..timeline import Attempt, Case, lanes
from .base import Finding, Level, Rule, Violation, prose
from .evidence import asked_seconds, entry_of, seconds

_POLL, _RESULT = "video.status", "video.result"


def check(case: Case, catalogue: Catalogue) -> Iterator[Finding]:
    """Find the first tight poll of each caller."""
    for lane in lanes(case):
        polls = [attempt for attempt in lane.attempts if attempt.operation == _POLL]
        looks = [attempt for attempt in lane.attempts if attempt.operation == _RESULT]
        in_vain = [pair for pair in pairwise(looks) if pair[0].reply.completed is False]
        for before, after in (*pairwise(polls), *in_vain):
            if before.task != after.task or not _tight(before, after, catalogue):
                continue
            met = f" after {before.reply.code}" if before.failed and before.reply.code else ""
            yield Violation(
                rule=RULE.name,
                level=RULE.level,
                expected=f"a pause of at least {seconds(catalogue.limits['poll_interval'])}{met}",
                observed=f"the next poll after {seconds(after.at - before.at)}",
                trial=lane.trial,
                at=after.number,
                code=before.reply.code if before.failed else None,
            )
            break


def _tight(before: Attempt, after: Attempt, catalogue: Catalogue) -> bool:
    limits = catalogue.limits
    pause = after.at - before.at
    if asked_seconds(before) is not None:
        return False
    entry = entry_of(before, catalogue)
    paced = not before.failed or (entry is not None and RULE.name in entry.citations)
    if paced:
        return bool(pause < limits["poll_interval"] - limits["retry_after_tolerance"])
    return bool(pause < limits["at_once"] and entry is not None and entry.transient)


RULE = Rule(
    name="tight-poll",
    level=Level.SHOULD,
    section="rpm_rate_limited / How to handle",
    duty="Poll a video no faster than is recommended, and slow down when limited.",
    remedy="Sleep a few seconds between polls, and longer after a rate limit.",
    text=prose(__doc__),
    check=check,
    timing=True,
)
