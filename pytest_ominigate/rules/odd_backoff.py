"""Backing off, but not as the page describes it.

## What it finds
A first wait far from one second, waits that grow by far more or far less than a factor of two, a wait of over half a
minute that no Retry-After asked for, and a first retry at once with longer waits after it.

## Why it matters
The page's numbers fit its outages: most are over within seconds. Who starts much sooner wastes attempts, who starts
much later or leaps makes callers wait for nothing.

## Instead
Begin at about one second, double, stop growing at half a minute, and shake each wait.

## How it is judged
Section "upstream_failed / How to handle" of the page. A first wait is far from one second if it is so in every trial:
always below a quarter of a second or always above four. Ten trials make full jitter do that less than once in a
million times. Growth is too steep if in every trial the second wait exceeds four times the first; too slow if waits
that are the same in every trial grow by less than a quarter. A wait is too long if even the shortest of all trials
exceeds half a minute and a second; where the waits there are spread, twice as long, since jitter from d to 2 d may do
that. A first retry at once is this rule after errors that are no rate limit, and no-backoff after those. Polls are
not looked at. Fewer than ten trials show only what needs no statistics. flat-backoff and no-backoff take precedence.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..catalogue import Catalogue
from ..timeline import Case
from .base import BY_HAND, Finding, Level, Rule, Violation, prose
from .evidence import seconds
from .no_backoff import positions_at_once
from .shapes import Position, Waits, waits_of


def check(case: Case, catalogue: Catalogue) -> Iterator[Finding]:
    """Find the first oddity."""
    waits = waits_of(case, catalogue)
    if waits is None:
        return
    odd = _oddity(waits, catalogue, by_hand=case.scenario == BY_HAND)
    if odd is not None:
        expected, observed = odd
        yield Violation(
            rule=RULE.name,
            level=RULE.level,
            expected=expected,
            observed=observed,
            trial=waits.trial,
            at=waits.first.again.number,
            code=waits.code,
        )


def _oddity(waits: Waits, catalogue: Catalogue, *, by_hand: bool) -> tuple[str, str] | None:
    if positions_at_once(waits, catalogue, by_hand=by_hand):
        return "a wait before the first retry too", f"a first wait of {seconds(waits.rows[0][0])}"
    return _first_wait(waits, catalogue) or _growth(waits, catalogue) or _ceiling(waits, catalogue)


def _first_wait(waits: Waits, catalogue: Catalogue) -> tuple[str, str] | None:
    limits = catalogue.limits
    first = waits.positions[0]
    if not _enough(waits, catalogue, fixed=first.fixed):
        return None
    if _is_ordinary(first, catalogue):
        return None
    return f"a first wait of about {seconds(limits['backoff_initial'])}", _spread(first.low, first.high)


def _is_ordinary(first: Position, catalogue: Catalogue) -> bool:
    """Whether the first wait comes near to one second in some trial."""
    limits = catalogue.limits
    return bool(limits["first_wait_low"] <= first.high and first.low <= limits["first_wait_high"])


def _growth(waits: Waits, catalogue: Catalogue) -> tuple[str, str] | None:
    limits = catalogue.limits
    if len(waits.positions) < limits["flat_needs_waits"]:
        return None
    pair = waits.head(2)
    fixed = all(each.fixed for each in pair)
    if not _enough(waits, catalogue, fixed=fixed) or pair[0].low <= 0:
        return None
    ratios = [row[1] / row[0] for row in waits.rows]
    too_steep = min(ratios) > limits["growth_high"]
    too_slow = fixed and limits["same_wait"] < max(ratios) < limits["growth_low"]
    if not too_steep and not too_slow:
        return None
    shown = f"{min(ratios):.2g}" if fixed else f"{min(ratios):.2g} to {max(ratios):.2g}"
    return f"waits that grow by a factor of about {limits['backoff_factor']:g}", f"a factor of {shown}"


def _longest(waits: Waits, catalogue: Catalogue) -> float:
    return waits.backoff.maximum if waits.backoff else float(catalogue.limits["longest_wait"])


def _ceiling(waits: Waits, catalogue: Catalogue) -> tuple[str, str] | None:
    limits = catalogue.limits
    longest = _longest(waits, catalogue)
    for position in waits.positions:
        steady = position.high <= position.low * limits["ceiling_steady"]
        steady = steady and _enough(waits, catalogue, fixed=position.fixed)
        allowed = longest + limits["jitter_on_top"] if steady else longest * limits["ceiling_doubled"]
        if position.low > allowed:
            return f"no wait over {seconds(longest)} that no Retry-After asks for", _spread(position.low, position.high)
    return None


def _enough(waits: Waits, catalogue: Catalogue, *, fixed: bool) -> bool:
    return bool(waits.trials >= catalogue.limits["jitter_needs_trials" if fixed else "shape_needs_trials"])


def _spread(low: float, high: float) -> str:
    return f"a wait of {seconds(low)}" if low == high else f"waits of {seconds(low)} to {seconds(high)}"


def undecided(case: Case, catalogue: Catalogue, _: int) -> bool:
    """Whether there is an oddity that all trials have shown so far. That of first waits at once is no-backoff's too."""
    waits = waits_of(case, catalogue)
    if waits is None or waits.settled(catalogue):
        return False
    most = _longest(waits, catalogue) + catalogue.limits["jitter_on_top"]
    high = any(position.low > most for position in waits.positions)
    return high or not _is_ordinary(waits.positions[0], catalogue) or _growth_undecided(waits, catalogue)


def _growth_undecided(waits: Waits, catalogue: Catalogue) -> bool:
    limits = catalogue.limits
    if len(waits.positions) < limits["flat_needs_waits"] or waits.positions[0].low <= 0:
        return False
    ratios = [row[1] / row[0] for row in waits.rows]
    fixed = all(each.fixed for each in waits.head(2))
    return min(ratios) > limits["growth_high"] or (fixed and max(ratios) < limits["growth_low"])


RULE = Rule(
    name="odd-backoff",
    level=Level.SHOULD,
    section="upstream_failed / How to handle",
    duty="Begin at about a second, double from there, and stay under 30 s.",
    remedy="Use initial 1 s, factor 2, maximum 30 s, with jitter.",
    text=prose(__doc__),
    check=check,
    timing=True,
    undecided=undecided,
)
