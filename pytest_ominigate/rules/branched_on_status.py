"""Treating one error in two ways, by the status it came under.

## What it finds
A code that the client tries again under one of its documented statuses and surfaces under the other.

## Why it matters
The page gives several errors two statuses: a spending cap comes under 402 or 429, an upstream failure under 502 or
504. The code is stable and the status is not, so a client that looks at the status is right by luck.

## Instead
Read `error.code` first. Fall back to the status only where the body has no readable code.

## How it is judged
Section "Envelope fields / code" of the page. Where the duty is broken under one status (a retry is asked for and there
is none, or the other way round), the scenario is run under the other one as well, with the same error as often, and
what the client does about the first such reply is compared: another request for the same thing, or none. To wait for
`resets_at` under one status only counts, too. Each side must be of one mind over its trials, and where they differ, the
first status is tried once more: a client that keeps a state may have changed its mind by itself. The finding stands
with the status under which the client does not simply do its duty. Calls that end in a timeout of the caller's own are
left out, and so are those that had to be stopped and bodies without a readable code. The finding stands beside those
about the retries themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..catalogue import Catalogue
from ..timeline import Attempt, Case, EndingKind, Lane, lanes
from .base import Finding, Level, Rule, Violation, prose
from .evidence import CODED


def check(case: Case, catalogue: Catalogue) -> Iterator[Finding]:
    """Compare what is done under the two statuses."""
    entry, there = catalogue.get(case.code), replace(case, trials=case.reference)
    if entry is None or not compares(case, catalogue) or _decisions(there) != {entry.transient}:
        return
    status, usual = _status(case), _status(there)
    under, other = (usual, status) if entry.transient else (status, usual)
    yield Violation(
        rule=RULE.name,
        level=RULE.level,
        expected=f"{case.code} handled alike under {usual} and {status}",
        observed=f"sent again under {under}, not under {other}",
        code=case.code,
    )


def compares(case: Case, catalogue: Catalogue) -> bool:
    """Whether this side breaks the duty. If not, the other one is found where that is tried."""
    entry = catalogue.get(case.code)
    return entry is not None and _decisions(case) == {not entry.transient}


def _decisions(case: Case) -> set[bool]:
    """Whether the first reply with the case's code was followed by a retry, in each lane that met it."""
    found = set()
    for lane in lanes(case):
        if case.code is None or (lane.ending is not None and lane.ending.timed_out):
            continue
        for run in lane.runs:
            met = next((each for each in run.attempts if _met(each, case.code)), None)
            if met is not None:
                if met is not run.last or not _cut_short(lane, case):
                    found.add(met is not run.last)
                break
    return found


def _met(attempt: Attempt, code: str) -> bool:
    return attempt.reply.kind in CODED and attempt.reply.code == code


def _cut_short(lane: Lane, case: Case) -> bool:
    """Whether nobody knows what the client would have done."""
    trial = case.trials[lane.trial]
    stopped = lane.ending is not None and lane.ending.kind is EndingKind.STOPPED
    return trial.stopped or stopped or bool(trial.doubts)


def _status(case: Case) -> int | None:
    """The status under which the code was served."""
    attempts = (attempt for trial in case.trials for attempt in trial.timeline.attempts)
    return next((attempt.reply.status for attempt in attempts if attempt.reply.code == case.code), None)


RULE = Rule(
    name="branched-on-status",
    level=Level.MUST,
    section="Envelope fields / code",
    duty="Switch on the code, not on the status: a code may come under several.",
    remedy="Decide by error.code before you look at the HTTP status.",
    text=prose(__doc__),
    check=check,
    compares=compares,
)
