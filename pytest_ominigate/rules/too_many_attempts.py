"""Trying again more often than the page allows.

## What it finds
More requests for the same thing than the error's section allows, or than the catalogue allows where the page names no
number.

## Why it matters
Every retry of every client adds to the load that made the first one fail. Beyond a handful the odds hardly improve,
while the caller waits and the bill may grow: some providers charge for failed generations.

## Instead
Count requests, not only time, and surface the last error when the number is used up. Where an SDK retries by itself,
switch one of the two layers off, since their numbers multiply.

## How it is judged
Section "upstream_failed / How to handle" of the page and the section of each error. "Up to n attempts" is read as n
requests, the first included. One more is the other reading of that sentence: a SHOULD. From two more on it is a MUST.
The count is that of the requests with the same key and body that an error of the same code provoked, plus the first.
The page gives no number for rate limits, nor for replies that break off without a code; the catalogue's is ten.
Replies whose body cannot be read are not counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ..catalogue import Catalogue
from ..timeline import Attempt, Case, Run, lanes
from .base import Finding, Level, Rule, Violation, prose
from .evidence import BROKEN, entry_of

_WITHOUT_CODE = "replies that broke off"


def check(case: Case, catalogue: Catalogue) -> Iterator[Finding]:
    """Find the requests that were repeated too often."""
    for lane in lanes(case):
        for run in lane.runs:
            for cause, made, allowed in _counts(run, catalogue):
                excess = made - allowed
                if excess <= 0:
                    continue
                yield Violation(
                    rule=RULE.name,
                    level=Level.SHOULD if excess <= catalogue.limits["attempts_over"] else Level.MUST,
                    expected=f"at most {allowed} requests for {cause}, the first included",
                    observed=f"{made} requests",
                    trial=lane.trial,
                    at=run.last.number,
                    code=None if cause == _WITHOUT_CODE else cause,
                )


def undecided(case: Case, catalogue: Catalogue, _: int) -> bool:
    """Whether the number of requests differs from trial to trial, as with a budget of time: it may yet be more."""
    seen: dict[int, list[tuple[str, int, int]]] = {}
    for lane in lanes(case):
        counts = seen.setdefault(lane.trial, [])
        counts += (count for run in lane.runs for count in _counts(run, catalogue))
    first, *others = seen.values() or ([],)
    return any(sorted(counts) != sorted(first) for counts in others)


def _counts(run: Run, catalogue: Catalogue) -> Iterator[tuple[str, int, int]]:
    """For each cause of retries in the run: its name, the requests it led to with the first, and how many may be."""
    provoked = Counter(_cause(retry.failed, catalogue) for retry in run.retries)
    for cause, number in provoked.items():
        if cause is None:
            continue
        entry = catalogue.get(cause)
        allowed = entry.max_requests if entry else catalogue.limits["attempts_without_code"]
        yield cause, number + 1, allowed


def _cause(failed: Attempt, catalogue: Catalogue) -> str | None:
    if failed.reply.kind in BROKEN:
        return _WITHOUT_CODE
    entry = entry_of(failed, catalogue)
    return entry.code if entry and entry.transient else None


RULE = Rule(
    name="too-many-attempts",
    level=Level.MUST,
    section="upstream_failed / How to handle",
    duty="End after a few requests.",
    remedy="Lower the number of attempts; if an SDK retries as well, set its own retries to 0.",
    text=prose(__doc__),
    check=check,
    undecided=undecided,
)
