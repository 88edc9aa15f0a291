"""Sending a request again before Retry-After allows it.

## What it finds
A retry that arrives earlier than the failed reply's Retry-After asked for, in seconds or as an HTTP-date, however
long.

## Why it matters
The gateway has said when it will serve again. A request before that is refused, counts against the limit, and so
prolongs the wait it meant to shorten.

## Instead
Wait as long as Retry-After asks, whichever form it has, and let your own backoff only make it longer. If that is
longer than you can wait, give up: that is fine. Never shorten the wait.

## How it is judged
Section "rate_limit_error" of the page. The retry is the next attempt of the same caller with the same operation, key
and body; the same asked for without streaming, or with it, is one too, but for a test written by hand, which may do
both by itself. Ten milliseconds are forgiven for seconds, and one second for a date, whose grain that is. After 0 or a
past date any wait is fine. A negative or unreadable value forbids nothing, and the ordinary backoff is expected: it is
a SHOULD to answer it with requests in the same instant, or to stall on it for more than a minute. Replies without a
readable error are not judged.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..catalogue import Catalogue
from ..catalogue.retry_after import form
from ..timeline import Case, Lane, ReplyKind, Retry, lanes
from .base import Finding, Level, Rule, Violation, prose
from .evidence import seconds, sent_again, unreadable_wish


def check(case: Case, catalogue: Catalogue) -> Iterator[Finding]:
    """Find the first early retry of each request, and what was made of an unreadable wish."""
    for lane in lanes(case):
        for run in lane.runs:
            early = next((retry for retry in sent_again(run, lane, case) if _too_early(retry, catalogue)), None)
            if early is not None:
                yield _early(early, lane)
            wishes = [retry for retry in run.retries if unreadable_wish(retry.failed) and _coded(retry)]
            yield from _unreadable(wishes, lane, catalogue)


def _too_early(retry: Retry, catalogue: Catalogue) -> bool:
    reply = retry.failed.reply
    if reply.retry_at is None or reply.retry_after is None or not _coded(retry):
        return False
    grain = "retry_after_date_tolerance" if form(reply.retry_after) == "date" else "retry_after_tolerance"
    return bool(retry.again.at < reply.retry_at - catalogue.limits[grain])


def _coded(retry: Retry) -> bool:
    return retry.failed.reply.kind is not ReplyKind.UNREADABLE


def _early(retry: Retry, lane: Lane) -> Violation:
    reply = retry.failed.reply
    asked = (reply.retry_at or 0.0) - retry.failed.at
    how = "an HTTP-date" if form(reply.retry_after or "") == "date" else "seconds"
    return Violation(
        rule=RULE.name,
        level=RULE.level,
        expected=f"a wait of at least {seconds(asked)} (Retry-After, as {how})",
        observed=f"a wait of {seconds(retry.wait)}",
        trial=lane.trial,
        at=retry.again.number,
        code=reply.code,
    )


def _unreadable(wishes: list[Retry], lane: Lane, catalogue: Catalogue) -> Iterator[Violation]:
    if not wishes:
        return
    longest = max(wishes, key=lambda retry: retry.wait)
    if longest.wait <= catalogue.limits["at_once"]:
        culprit, observed = wishes[0], "a retry in the same instant"
    elif longest.wait > catalogue.limits["stall"]:
        culprit, observed = longest, f"a wait of {seconds(longest.wait)}"
    else:
        return
    yield Violation(
        rule=RULE.name,
        level=Level.SHOULD,
        expected=f"the ordinary backoff after the unreadable Retry-After {culprit.failed.reply.retry_after!r}",
        observed=observed,
        trial=lane.trial,
        at=culprit.again.number,
        code=culprit.failed.reply.code,
    )


RULE = Rule(
    name="early-retry",
    level=Level.MUST,
    section="rate_limit_error",
    duty="Wait at least as long as Retry-After asks.",
    remedy="Sleep for the whole Retry-After, given in seconds or as a date, before the next request; or give up.",
    text=prose(__doc__),
    check=check,
    timing=True,
)
