"""Trying again at once.

## What it finds
Retries of a transient error that follow the failure without a wait worth the name.

## Why it matters
Whatever failed a moment ago still fails. Retries without a pause use up the attempts before anything can recover, and
turn one failing request into a burst of them.

## Instead
Wait about a second before the first retry and twice as long before each further one, with some jitter.

## How it is judged
Section "rate_limit_error" of the page and the sections of the other transient errors. Waits that Retry-After asked
for or excused do not count. Two kinds of evidence are accepted:

- over several trials, every wait stays under the catalogue's least wait (a tenth of a second), so often that jitter
  from 0 up to the page's waits would do so less than once in a million times (the product, over all waits, of that
  least wait over the page's own);
- retries in the very same instant, so many that jitter in whole seconds, which may be 0, would show them less than
  once in a hundred times. In a test written by hand two in a row suffice, and a single one after a rate limit is
  inconclusive.

If only the first retry comes at once and the later ones wait, it is this rule after a rate limit, and odd-backoff
after any other error. If the first one waits and a later one comes in the very same instant in each of ten trials and
more, it is this rule after all of them: of 400,000 clients with jitter in whole seconds ten did so in ten trials, one
in twelve, and of other shapes none. The last retry of a trial does not count for that, since a deadline may have left
nothing to wait for; nor do retries after different errors, nor a test written by hand, which may make several calls.

A video's status or result asked for again is a retry like any other, but only if not one of them waits, and never in
a test written by hand, which may ask by itself. So is a stream that broke off without a code, if it is sent again at
once twice in a row and more; since nobody has to send it again at all, that is a SHOULD. The same goes for a code that
the page does not list, of a type whose errors all ask for a wait, if every retry comes at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from ..catalogue import Catalogue
from ..timeline import Case
from .base import BY_HAND, Finding, Inconclusive, Level, Rule, Violation, prose
from .evidence import seconds
from .shapes import Sort, Waits, asked_again, chance_below, chance_of_zero, resent, unlisted, waits_of


def check(case: Case, catalogue: Catalogue) -> Iterator[Finding]:
    """Find retries without a wait."""
    waits = waits_of(case, catalogue)
    if waits is not None:
        yield from _generations(waits, case, catalogue)
    if case.scenario != BY_HAND:
        yield from _each_at_once(case, catalogue, asked_again, Level.MUST)
        yield from _each_at_once(case, catalogue, resent, Level.SHOULD)
        yield from _each_at_once(case, catalogue, unlisted, Level.SHOULD)


def _generations(waits: Waits, case: Case, catalogue: Catalogue) -> Iterator[Finding]:
    at_once = positions_at_once(waits, catalogue, by_hand=case.scenario == BY_HAND)
    always = at_once == len(waits.positions) and (at_once > 1 or waits.ended)
    if always or (at_once and waits.limited):
        yield _violation(waits, 0, _seen(waits, at_once), catalogue, RULE.level)
        return
    enough = waits.trials >= catalogue.limits["shape_needs_trials"] and case.scenario != BY_HAND
    later = _later(waits, catalogue) if enough and waits.alike else []
    if later:
        observed = f"retry {later[0] + 1} came in the same instant in each of {waits.trials} trials"
        yield _violation(waits, later[0], observed, catalogue, RULE.level)
    elif not at_once and waits.limited and case.scenario == BY_HAND and instants(waits, catalogue):
        reason = "a single retry in the same instant may be chance: serve the error at least twice"
        yield Inconclusive(rule=RULE.name, reason=reason)


def _each_at_once(case: Case, catalogue: Catalogue, sort: Sort, level: Level) -> Iterator[Finding]:
    waits = waits_of(case, catalogue, sort)
    if waits is None:
        return
    at_once = positions_at_once(waits, catalogue, by_hand=False)
    if at_once == len(waits.positions) and (at_once > 1 or (waits.ended and level is Level.MUST)):
        yield _violation(waits, 0, _seen(waits, at_once), catalogue, level)


def _seen(waits: Waits, at_once: int) -> str:
    retries = "every retry" if at_once == len(waits.positions) else "the first retry"
    longest = max(position.high for position in waits.head(at_once))
    return f"{retries} came within {seconds(longest)}" if longest else f"{retries} came in the same instant"


def _violation(waits: Waits, place: int, observed: str, catalogue: Catalogue, level: Level) -> Violation:
    return Violation(
        rule=RULE.name,
        level=level,
        expected=f"a wait before each retry, at first about {seconds(catalogue.limits['backoff_initial'])}",
        observed=observed,
        trial=waits.trial,
        at=waits.first.again.number + place,
        code=waits.code,
    )


def positions_at_once(waits: Waits, catalogue: Catalogue, *, by_hand: bool) -> int:
    """How many retries, from the first on, follow at once in every trial beyond doubt."""
    limits = catalogue.limits
    short = _leading(waits, limits["no_backoff_below"])
    if chance_below(waits, limits["no_backoff_below"], short) < limits["unlikely"]:
        return short
    found = instants(waits, catalogue)
    sure = chance_of_zero(waits, found) < limits["unlikely_zero"]
    return found if sure or (by_hand and found > 1) else 0


def instants(waits: Waits, catalogue: Catalogue) -> int:
    """How many retries, from the first on, follow in the very same instant in every trial."""
    return _leading(waits, catalogue.limits["at_once"])


def _leading(waits: Waits, limit: float) -> int:
    return sum(1 for _ in takewhile(lambda position: position.high < limit, waits.positions))


def _later(waits: Waits, catalogue: Catalogue) -> list[int]:
    """The places of retries that follow in the very same instant in every trial, though an earlier one waits."""
    waited = _leading(waits, catalogue.limits["no_backoff_below"])
    inner = waits.inner(len(waits.positions))
    return [place for place in range(waited, len(inner)) if inner[place].high < catalogue.limits["at_once"]]


def undecided(case: Case, catalogue: Catalogue, _: int) -> bool:
    """Whether every first wait has been too short so far, or a later one was none at all in every trial."""
    limit, generations = catalogue.limits["no_backoff_below"], waits_of(case, catalogue)
    if generations is not None and (_leading(generations, limit) or _later(generations, catalogue)):
        return True
    others = (waits_of(case, catalogue, sort) for sort in (asked_again, resent, unlisted))
    return any(waits is not None and _leading(waits, limit) for waits in others)


RULE = Rule(
    name="no-backoff",
    level=Level.MUST,
    section="rate_limit_error",
    duty="Wait before trying again.",
    remedy="Sleep before each retry: about 1 s, then 2 s, then 4 s, each with some jitter.",
    text=prose(__doc__),
    check=check,
    timing=True,
    undecided=undecided,
)
