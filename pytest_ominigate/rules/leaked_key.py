"""Letting the API key out.

## What it finds
The API key in an exception (its text, `repr`, arguments or traceback), in a result, or in a log record.

## Why it matters
Exceptions and logs travel: to terminals, tickets, error trackers. A key found there must be deleted and replaced
everywhere it is used.

## Instead
Keep request headers out of messages and exceptions. Where a library puts them there, as aiohttp does in the `repr` of
its response errors, wrap its exception in one of your own, `from None`.

## How it is judged
Section "invalid_api_key / How to handle" of the page. Every key that the client sent is looked for, as a whole. The
place is reported, never the key.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..catalogue import Catalogue
from ..timeline import Case, lanes
from .base import Finding, Level, Rule, Violation, prose


def check(case: Case, _catalogue: Catalogue) -> Iterator[Finding]:
    """Find the endings in which a key shows."""
    for lane in lanes(case):
        if lane.ending is None or not lane.ending.leaks:
            continue
        yield Violation(
            rule=RULE.name,
            level=RULE.level,
            expected="the API key nowhere but in the request",
            observed=f"the key in {', '.join(lane.ending.leaks)}",
            trial=lane.trial,
        )


RULE = Rule(
    name="leaked-key",
    level=Level.MUST,
    section="invalid_api_key / How to handle",
    duty="A key that has leaked must be replaced everywhere, so never let one out in an error or a log.",
    remedy="Remove request headers from the exception and from log messages, or mask the key in them.",
    text=prose(__doc__),
    check=check,
)
