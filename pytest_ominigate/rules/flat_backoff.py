"""Waiting no longer at the third retry than at the first.

## What it finds
Waits between retries that stay the same, shrink, start over, rise and fall without direction, or grow in a straight
line.

## Why it matters
The longer an outage lasts, the less another request helps. Clients that knock at an even pace keep an overloaded
service down; clients that double their waits let it recover.

## Instead
Double the wait after each failure, up to half a minute, and shake it with some jitter.

## How it is judged
Section "rate_limit_error" of the page and the sections of the other transient errors. The waits of all trials are
looked at together; waits that Retry-After asked for or excused, and polls, are left out. Only the first four waits
count (six for a trend or a start over), so that a ceiling is no flatness. Found is, with the catalogue's limits:

- constant: no wait falls outside one band, twice as high as low for two waits a trial, two and a half times for
  three, four times for more; the middle of the waits moves up by a tenth at most; and no more than half of the pairs
  of waits rise, give or take what chance does;
- shrinking: within a trial no wait exceeds an earlier one; with two waits, the second ones all lie below the first
  ones;
- without direction: of five waits and more, no more pairs rise than fall;
- suddenly shorter: at some place all waits are shorter than any at the place before, by a fifth at least, and back at
  the first ones' length; or the first ones are the long ones, and those after them grow no more. The last wait of a
  trial is never what fell, since a deadline may have cut it, and a longer wait amid growing ones is put down to a
  limiter of the client's own. Left out are waits after different errors, and tests written by hand;
- linear: of four waits and more, the steps stay the same, as far as jitter lets them be seen.

The limits were set by simulating 400,000 clients of each shape in use, with twelve trials and two to nine waits.
Full, equal, d..2d, proportional (10 to 50 %), decorrelated and additive jitter, exact doubling, and the shapes of
stock libraries (stainless, stamina, tenacity, urllib3, backoff, retrying, retry) were accused in at most one of
100,000, most of them never. Two are a little worse off: a start at half a second that grows by half (mistral) in 5 of
100,000, with just two waits in 3 of 1,000; and jitter in whole seconds with just two waits in 3 of 10,000. In return,
waits drawn anew from 0 to a fixed height pass with fewer than five waits, since nothing tells them from full jitter.
Suddenly shorter was none of them, nor with a deadline that cuts the last wait; with a limiter of the client's own, from
one request in a second to five in a minute, at most one in 2,500 (a start at a tenth of a second under a second of
jitter), most of them never, but for ceilings of two seconds and less.
Trials end early once those to come will hardly show any of this: a constant or shrinking shape is one that every trial
keeps to; a rise that is clear after three trials does not turn into none; and a line stays about as straight as it was.
By the last of these, at most five in 1,000 clients are missed that wait in a straight line shaken by 5 to 30 per cent,
in 1,500 simulated ones of each kind; by the others, none. Waits that are the same in six trials to the millisecond are
taken to be so in all. With fewer than ten trials only waits that are the same in every trial are judged, and what may
still be one of these is inconclusive.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import inf, sqrt

from ..catalogue import Catalogue
from ..timeline import Case
from .base import BY_HAND, Finding, Inconclusive, Level, Rule, Violation, prose
from .evidence import seconds
from .shapes import Waits, waits_of

_FIRST = 4
"""The waits that growth is judged on."""
_TREND = 6


def check(case: Case, catalogue: Catalogue) -> Iterator[Finding]:
    """Find waits that do not double."""
    limits = catalogue.limits
    waits = waits_of(case, catalogue)
    if waits is None or len(waits.positions) < limits["flat_needs_waits"] or waits.positions[0].low <= 0:
        return
    needed = limits["jitter_needs_trials" if waits.fixed else "shape_needs_trials"]
    if waits.trials < needed:
        open_ended = "shape" in case.tags and not any(trial.stopped for trial in case.trials)
        if open_ended and undecided(case, catalogue, needed - waits.trials):
            yield Inconclusive(rule=RULE.name, reason=f"{waits.trials} trials; the shape of waits needs {needed}")
        return
    # A test written by hand may make several calls, each with a backoff of its own.
    fault = _fault(waits, catalogue, whole=waits.alike and case.scenario != BY_HAND)
    if fault is not None:
        shown = ", ".join(seconds(wait) for wait in waits.rows[0])
        yield Violation(
            rule=RULE.name,
            level=RULE.level,
            expected="waits that double from retry to retry",
            observed=f"{fault} waits in {waits.trials} trials, such as {shown}",
            trial=waits.trial,
            at=waits.first.again.number,
            code=waits.code,
        )


def undecided(case: Case, catalogue: Catalogue, more: int) -> bool:
    """Whether *more* trials of the same client could still lead to a violation; they may also be shorter.

    A constant or shrinking shape is one that every trial keeps to, so that a single trial can rule it out; and so is a
    fall. A line and a direction can be seen after a few.
    """
    waits = waits_of(case, catalogue)
    if waits is None or waits.positions[0].low <= 0 or waits.settled(catalogue):
        return False
    shortest = int(catalogue.limits["flat_needs_waits"])
    return bool(_falls(waits, catalogue)) or any(
        _in_band(part, catalogue)
        or _falls_throughout(part, catalogue)
        or _trend_undecided(part, catalogue, more)
        or _linear_undecided(part, catalogue)
        for part in map(waits.cut, range(shortest, len(waits.positions) + 1))
    )


def _fault(waits: Waits, catalogue: Catalogue, *, whole: bool) -> str | None:
    if _constant(waits, catalogue):
        return "constant"
    if _shrinking(waits, catalogue):
        return "shrinking"
    if _aimless(waits, catalogue):
        return "no more rising than falling"
    if whole and any(_starts_over(waits, place, catalogue) for place in _falls(waits, catalogue)):
        return "suddenly shorter"
    return "linear" if _linear(waits, catalogue) else None


def _in_band(waits: Waits, catalogue: Catalogue) -> bool:
    head = waits.head(_FIRST)
    band = catalogue.limits[{2: "flat_band_two", 3: "flat_band_three"}.get(len(head), "flat_band")]
    return bool(max(each.high for each in head) <= band * min(each.low for each in head))


def _constant(waits: Waits, catalogue: Catalogue) -> bool:
    if not _in_band(waits, catalogue):
        return False
    limits, head = catalogue.limits, waits.head(_FIRST)
    rising, _, pairs = waits.rising(_FIRST, limits["same_wait"])
    moved = max(each.middle for each in head[1:]) / head[0].middle
    # Exact waits show the smallest rise in every trial.
    seldom_rising = waits.fixed or rising <= limits["flat_rising_share"] * pairs
    return bool(moved <= limits["flat_shift"] and seldom_rising)


def _falls_throughout(waits: Waits, catalogue: Catalogue) -> bool:
    _, falling, pairs = waits.rising(_FIRST, catalogue.limits["same_wait"])
    return falling == pairs


def _shrinking(waits: Waits, catalogue: Catalogue) -> bool:
    first, second, *more = waits.head(_FIRST)
    return _falls_throughout(waits, catalogue) and (bool(more) or second.high < first.low)


def _aimless(waits: Waits, catalogue: Catalogue) -> bool:
    limits = catalogue.limits
    if len(waits.positions) < limits["trend_needs_waits"]:
        return False
    rising, falling, pairs = waits.rising(_TREND, limits["same_wait"])
    # Where most pairs are equal, a ceiling was reached: that is no lack of direction.
    moving = rising + falling
    return bool(2 * moving >= pairs and rising <= limits["trend_share"] * moving)


def _falls(waits: Waits, catalogue: Catalogue) -> list[int]:
    """The places of waits of which even the shortest is clearly longer than any at the next place."""
    factor = catalogue.limits["flat_fall"]
    pairs = enumerate(pairwise(waits.inner(_TREND)))
    return [place for place, (before, after) in pairs if after.high * factor < before.low]


def _starts_over(waits: Waits, place: int, catalogue: Catalogue) -> bool:
    """Whether the waits after that place fall back to the first one, or stay down where it is the first.

    A limiter of the client's own may hold up any request; then the waits after it are none the shorter for that.
    """
    shift, (low, *later) = catalogue.limits["flat_shift"], waits.positions[place + 1 :]
    if place:
        return bool(low.middle <= shift * waits.positions[0].middle)
    credible = later[:-1] if _cut_short(waits, catalogue) else later
    grown = any(each.middle > shift * low.middle or each.high > shift * low.high for each in credible)
    return bool(credible) and not grown


def _cut_short(waits: Waits, catalogue: Catalogue) -> bool:
    """Whether a deadline may have cut every last wait: shaken waits that make the same sum in all trials."""
    totals = [sum(row) for row in waits.rows]
    return not waits.fixed and max(totals) - min(totals) <= catalogue.limits["jitter_tolerance"]


def _trend_undecided(waits: Waits, catalogue: Catalogue, more: int) -> bool:
    limits = catalogue.limits
    if len(waits.positions) < limits["trend_needs_waits"]:
        return False
    rising, falling, pairs = waits.rising(_TREND, limits["same_wait"])
    moving = rising + falling
    if rising > (limits["trend_share"] + limits["trend_sure"] / sqrt(waits.trials)) * moving:
        return False
    to_come = more * pairs // waits.trials
    return bool(rising <= limits["trend_share"] * (moving + to_come))


def _linear(waits: Waits, catalogue: Catalogue) -> bool:
    limits = catalogue.limits
    if len(waits.positions) < limits["linear_needs_waits"]:
        return False
    head = waits.head(_FIRST)
    first, second, third = (after.middle - before.middle for before, after in pairwise(each for each in head))
    even = limits["linear_step_low"] * first <= third <= limits["linear_step_high"] * first
    if first <= 0 or not even:
        return False
    if all(each.fixed for each in head):
        return bool(second <= limits["linear_step_high"] * first)
    straight = head[2].middle < limits["linear_ratio"] * head[1].middle
    risen = head[3].middle >= limits["linear_rise"] * head[0].middle
    return bool(_told_apart(waits, catalogue) and straight and risen)


def _told_apart(waits: Waits, catalogue: Catalogue) -> bool:
    """Whether jitter is so small that a straight line can be seen."""
    head = waits.head(_FIRST)
    narrow = all(each.high <= catalogue.limits["flat_band_two"] * each.low for each in head)
    return narrow and head[0].high < head[1].low


def _linear_undecided(waits: Waits, catalogue: Catalogue) -> bool:
    limits = catalogue.limits
    if len(waits.positions) < limits["linear_needs_waits"]:
        return False
    head = waits.head(_FIRST)
    if all(each.fixed for each in head):
        return True
    if not _told_apart(waits, catalogue):
        return False
    # As long as they can be told apart, no wait at a place is longer than so many times another one there.
    band = limits["flat_band_two"]
    drifts = [_drift(waits.trials, catalogue) * each.spread / 2 for each in head]
    least = [max(each.high * (1 + 1 / band) / 2, each.middle - by) for each, by in zip(head, drifts, strict=True)]
    most = [min(each.low * (1 + band) / 2, each.middle + by) for each, by in zip(head, drifts, strict=True)]
    bent = least[2] >= limits["linear_ratio"] * most[1]
    uneven = least[3] - most[2] > limits["linear_step_high"] * (most[1] - least[0])
    return not (bent or uneven)


def _drift(trials: int, catalogue: Catalogue) -> float:
    """How far the middle of the waits at a place may still move either way, in halves of their spread so far."""
    if trials < catalogue.limits["jitter_needs_trials"]:
        return inf
    return float(catalogue.limits[{3: "linear_drift_three", 4: "linear_drift_four"}.get(trials, "linear_drift")])


RULE = Rule(
    name="flat-backoff",
    level=Level.MUST,
    section="rate_limit_error",
    duty="Make each wait longer than the one before.",
    remedy="Double the wait after every failure, for example min(30, 2 ** n), and add jitter to it.",
    text=prose(__doc__),
    check=check,
    timing=True,
    undecided=undecided,
)
