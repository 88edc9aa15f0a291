"""Sending a request again after an error that only a person can remove.

## What it finds
The same request (operation, key and body alike) sent again after a code that stands for a permanent failure: a
refused key, a malformed request, an unknown model, an empty balance, a request that costs too much.

## Why it matters
The answer cannot change. Each repetition costs time and requests per minute, and hides the message that somebody has
to read: mend the key, the request or the account.

## Instead
Look at `error.code` before you look at the status, and surface these codes at once. Another key, a changed body or
another model is a new request and may be sent.

## How it is judged
Section "Envelope fields / type" of the page and the section of each error. A repetition is a later attempt of the same
caller with the same operation, key and body. The same asked for without streaming, or with it, is one too, unless the
error asks for another body; a test written by hand may do both by itself. A poll after `request_cost_limit` is left to
polled-after-stop, and codes that the page does not list are left to misread-family.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..catalogue import Catalogue, Duty
from ..timeline import Case, Retry, lanes
from .base import Finding, Level, Rule, Violation, prose
from .evidence import entry_of, sent_again, times

_MALFORMED = "invalid_request_error"
"""The type of the errors that a changed body can mend, be it by its streaming."""


def check(case: Case, catalogue: Catalogue) -> Iterator[Finding]:
    """Find the first repetition of each permanent failure."""
    for lane in lanes(case):
        for run in lane.runs:
            guilty = [retry for retry in sent_again(run, lane, case) if _in_vain(retry, catalogue)]
            if not guilty:
                continue
            failed, again = guilty[0].failed, guilty[0].again
            entry = entry_of(failed, catalogue)
            if run.polls and entry is not None and entry.cap_scope == "request":
                continue
            yield Violation(
                rule=RULE.name,
                level=RULE.level,
                expected=f"no further request after {failed.reply.code}",
                observed=f"the same request was sent {times(len(guilty), 'more time')} with the same key",
                trial=lane.trial,
                at=again.number,
                code=failed.reply.code,
            )


def _in_vain(retry: Retry, catalogue: Catalogue) -> bool:
    entry = entry_of(retry.failed, catalogue)
    if entry is None or entry.duty is not Duty.FAIL:
        return False
    asks_for_change = entry.type == _MALFORMED or entry.cap_scope == "request"
    return retry.again.body == retry.failed.body or not asks_for_change


RULE = Rule(
    name="retried-permanent-error",
    level=Level.MUST,
    section="Envelope fields / type",
    duty="Send no request again whose error only a person can remove.",
    remedy="Decide by error.code, and raise this one before any retry.",
    text=prose(__doc__),
    check=check,
)
