"""Falling over a reply instead of reporting it.

## What it finds
A KeyError, JSONDecodeError, AttributeError or the like that reaches the caller when an error reply is HTML, empty,
cut short or no object, has a code or type that the client does not know, or has an unreadable Retry-After.

## Why it matters
Proxies and load balancers answer in HTML, and the gateway may add codes. The caller gets an exception about
somebody's dictionary, and neither the status nor the request id.

## Instead
Parse error bodies with care: where they hold no error object, raise your own error with the status and the request
id. Take what you do not know for the ordinary case.

## How it is judged
Section "Response format" of the page. Only the exception that is raised itself counts, by its class: one of the
language's own for broken lookups (that of an Enum, which is a ValueError, included), a failed assertion of the
client's, or a parser's. An error class of the client's or an SDK's own is fine, whatever it chains to. After an
unreadable Retry-After a ValueError counts too, if it says that a number or date could not be read or a sleep be
negative.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..catalogue import Catalogue
from ..timeline import Attempt, Case, Ending, EndingKind, ReplyKind, lanes
from .base import Finding, Level, Rule, Violation, prose
from .evidence import CODED, code_named, unreadable_wish

_LOOKUPS = frozenset(
    f"builtins.{name}"
    for name in (
        "AssertionError",
        "AttributeError",
        "IndexError",
        "KeyError",
        "TypeError",
        "UnboundLocalError",
        "UnicodeDecodeError",
    )
)
_PARSERS = re.compile(
    r"(^|\.)JSONDecodeError$|^(pydantic|pydantic_core|jsonschema|msgspec|marshmallow|cattrs|attrs)\b.*\.\w*(Validation|Decode)Error$"
)
_MISREAD = re.compile(
    r"invalid literal for int\(\)|could not convert string to float|must be non-negative|does not match format"
    r"|Invalid date value|Invalid isoformat|Invalid Retry-After"
)
_NO_MEMBER = re.compile(r" is not a valid \w+$")


def check(case: Case, catalogue: Catalogue) -> Iterator[Finding]:
    """Find the callers that got a crash."""
    for lane in lanes(case):
        last, ending = lane.last, lane.ending
        if last is None or ending is None or ending.kind is not EndingKind.RAISED or not ending.lineage:
            continue
        strange = None if ending.asserted else _strange(last, catalogue)
        if strange is None or not (_crashed(ending) or (unreadable_wish(last) and _misread(ending))):
            continue
        yield Violation(
            rule=RULE.name,
            level=RULE.level,
            expected=f"an error of the client's own for {strange}",
            observed=ending.summary or f"raised {ending.lineage[0]}",
            trial=lane.trial,
            at=last.number,
            code=last.reply.code,
        )


def _strange(last: Attempt, catalogue: Catalogue) -> str | None:
    """What there was to stumble over in the reply."""
    reply = last.reply
    if reply.kind is ReplyKind.UNREADABLE:
        return code_named(last)
    if reply.kind not in CODED:
        return None
    if catalogue.get(reply.code) is None or catalogue.family(reply.type) is None:
        return f"the unknown code {reply.code!r} of type {reply.type!r}"
    return f"the unreadable Retry-After {reply.retry_after!r}" if unreadable_wish(last) else None


def _crashed(ending: Ending) -> bool:
    raised = ending.lineage[0]
    if raised == "builtins.ValueError":
        return _NO_MEMBER.search(ending.summary) is not None
    return raised in _LOOKUPS or _PARSERS.search(raised) is not None


def _misread(ending: Ending) -> bool:
    return "builtins.ValueError" in ending.lineage and _MISREAD.search(ending.summary) is not None


RULE = Rule(
    name="crashed-on-reply",
    level=Level.SHOULD,
    section="Response format",
    duty="Read the error object with care: a reply that lacks it is still a failed request.",
    remedy="Catch what parsing may raise, and raise the client's own error with the status and X-Request-Id.",
    text=prose(__doc__),
    check=check,
)
