"""Two layers that each retry.

## What it finds
Requests that were made by one layer's retries inside another's: an SDK's own retries within the application's loop,
or urllib3's within tenacity's.

## Why it matters
The numbers multiply: three times three is nine requests, against five that the page allows. Often neither author
knows of the other layer, and each of them has kept to the page.

## Instead
Let one layer retry and switch the other off: `max_retries=0` on an SDK's client, `Retry(0)` on an adapter, or no loop
of your own.

## How it is judged
It is no offence of its own: it is told along with other findings, to show where to mend them. SDKs that send a retry
count with each request give their share away; otherwise the frames that waited between the requests tell the layers
apart. Section "rate_limited / Common causes" of the page names the load that such retries make.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ..catalogue import Catalogue
from ..timeline import Attempt, Case, Run, Wait, lanes
from .base import Advice, Finding, Level, Rule, prose

_LEAST = 2


def check(case: Case, _catalogue: Catalogue) -> Iterator[Finding]:
    """Tell which layer sent which request, for the first request of each trial that two layers repeated."""
    for lane in lanes(case):
        waits = [wait for wait in case.trials[lane.trial].timeline.waits if wait.lane == lane.number]
        for run in lane.runs:
            text = _by_count(run, waits) or _by_frames(run, waits)
            if text is not None:
                yield Advice(rule=RULE.name, text=text, trial=lane.trial)
                break


def _by_count(run: Run, waits: list[Wait]) -> str | None:
    """From the retry counts that SDKs send along: each 0 begins another call of the SDK."""
    calls = sum(attempt.sdk_retry == 0 for attempt in run.attempts)
    longest = max((attempt.sdk_retry + 1 for attempt in run.attempts if attempt.sdk_retry is not None), default=0)
    if calls < _LEAST or longest < _LEAST:
        return None
    inside = _layers(run, waits, inside=True)
    outside = _layers(run, waits, inside=False)
    sdk = f"{inside[0].layer} SDK" if inside else "SDK"
    loop = _loop(outside)
    if longest * calls == len(run):
        made = f"{sdk} {longest} x {loop} {calls} = {len(run)} requests"
    else:  # the SDK retried in some of its calls, or not as often in all of them
        made = f"{sdk} up to {longest} x {loop} {calls}, {len(run)} requests in all"
    return f"{made}: both layers retry. Set max_retries=0 on the SDK's client{_keep(outside)}"


def _by_frames(run: Run, waits: list[Wait]) -> str | None:
    """From the frames that waited between the requests: the layer with fewer waits is the outer one."""
    between = [wait for retry in run.retries for wait in _between(retry.failed, retry.again, waits) if wait.layer]
    counts = Counter(wait.layer for wait in between)
    if len(counts) != _LEAST:
        return None
    (inner, _), (outer, made) = counts.most_common()
    calls = made + 1
    each, rest = divmod(len(run), calls)
    if rest or each < _LEAST:
        return None
    outside = [wait for wait in between if wait.layer == outer]
    return (
        f"{inner} {each} x {_loop(outside)} {calls} = {len(run)} requests: both layers retry. Switch the retries of "
        f"{inner} off{_keep(outside)}"
    )


def _layers(run: Run, waits: list[Wait], *, inside: bool) -> list[Wait]:
    """The waits before the SDK's own retries, or those between its calls."""
    return [
        wait
        for retry in run.retries
        if (retry.again.sdk_retry != 0) is inside
        for wait in _between(retry.failed, retry.again, waits)
        if wait.layer
    ]


def _between(failed: Attempt, again: Attempt, waits: list[Wait]) -> list[Wait]:
    return [wait for wait in waits if failed.at <= wait.at < again.at]


def _loop(outside: list[Wait]) -> str:
    return outside[0].layer if outside else "the caller's loop"


def _keep(outside: list[Wait]) -> str:
    return f", and keep the loop that waits at {outside[0].where}." if outside and outside[0].where else "."


RULE = Rule(
    name="stacked-retries",
    level=Level.SHOULD,
    section="rate_limited / Common causes",
    duty="Retries of several layers multiply, and so does the load.",
    remedy="Let one layer retry: set max_retries=0 on the SDK's client, or drop the loop round it.",
    text=prose(__doc__),
    check=check,
)
