"""Sending a request again before the spending cap that stopped it is lifted.

## What it finds
The same request sent again with the same key after key_daily_limit, key_monthly_limit or account_daily_limit, while
`resets_at` still lies ahead.

## Why it matters
A cap is no rate limit, although it may come under the same status: nothing is served until it resets or somebody
raises it. A loop that takes it for a rate limit runs for nothing until midnight.

## Instead
Read `error.code`. Surface the cap with its `resets_at`, use another key where the cap is the key's own, or wait until
`resets_at` and send the request then.

## How it is judged
Section "usage_cap_exceeded" of the page. The moment counts at which the retry arrives; a second of grain is allowed,
since `resets_at` is told in whole seconds. The same asked for without streaming, or with it, is a retry too, but for a
test written by hand, which may do both by itself. Another key is not accused, although an account's cap holds for all
of them. Where the reply told no `resets_at`, a retry is inconclusive.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..catalogue import Catalogue, Duty
from ..timeline import Case, lanes
from .base import Finding, Inconclusive, Level, Rule, Violation, prose
from .evidence import duty_of, seconds, sent_again


def check(case: Case, catalogue: Catalogue) -> Iterator[Finding]:
    """Find the first retry of each request that came before the reset."""
    tolerance = catalogue.limits["reset_tolerance"]
    for lane in lanes(case):
        for run in lane.runs:
            for retry in sent_again(run, lane, case):
                if duty_of(retry.failed, catalogue) is not Duty.UNTIL_RESET:
                    continue
                resets_at = retry.failed.reply.resets_at
                if resets_at is None:
                    yield Inconclusive(rule=RULE.name, reason=f"{retry.failed.reply.code} came without resets_at")
                    continue
                if retry.again.at >= resets_at - tolerance:
                    continue
                yield Violation(
                    rule=RULE.name,
                    level=RULE.level,
                    expected=f"no request with this key for {seconds(resets_at - retry.failed.at)}, until resets_at",
                    observed=f"the same request again after {seconds(retry.wait)}",
                    trial=lane.trial,
                    at=retry.again.number,
                    code=retry.failed.reply.code,
                )
                break


RULE = Rule(
    name="retried-before-reset",
    level=Level.MUST,
    section="usage_cap_exceeded",
    duty="A spending cap blocks every request until it resets or is raised.",
    remedy="Tell caps from rate limits by error.code; raise them, or wait until resets_at.",
    text=prose(__doc__),
    check=check,
    timing=True,
)
