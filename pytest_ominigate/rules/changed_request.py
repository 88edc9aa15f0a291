"""Sending something else than what failed.

## What it finds
A retry of a transient error, or of a stream that dropped, whose body differs from the original.

## Why it matters
The page asks for the full original request. A retry that drops messages, shortens limits or changes its content
answers another question than the caller's, and nobody tells.

## Instead
Build the body once, and send those bytes again. Another model after the retries is a fallback and may differ.

## How it is judged
Section "upstream_failed / How to handle" of the page. Compared is the next request of the same caller for the same
kind of work with the same key and model, members in any order. After a stream that dropped it is a MUST, otherwise a
SHOULD. If nothing differs but that the answer is to come as a whole or as a stream, that is a SHOULD after a stream
that dropped, since all that the caller asked is asked again, and else it is not judged. It is not judged after a
failure without a code or one that asks for a change; nor after image_generation_failed, video_generation_failed and
tpm_rate_limited once the same request was tried again, since the page advises a simpler or smaller one then. In a test
written by hand, another prompt, other messages or an answer in another form are another request; so is, in any call,
one of the several that a healthy call makes by itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..catalogue import Catalogue
from ..timeline import Attempt, Case, Lane, ReplyKind, Run, lanes
from ..timeline.pairing import asks_the_same, kind_of_work
from .base import BY_HAND, Finding, Level, Rule, Violation, prose
from .evidence import code_named, content, entry_of, members, polling, stream_dropped


def check(case: Case, catalogue: Catalogue) -> Iterator[Finding]:
    """Find the first changed retry of each request."""
    for lane in lanes(case):
        for run in lane.runs:
            again = next((other for other in lane.after(run.last) if _same_intent(other, run.last)), None)
            if again is None or not run.last.failed or not _must_not_change(run, lane, catalogue):
                continue
            if case.scenario == BY_HAND and not _same_call(again, run.last):
                continue
            dropped, the_same = stream_dropped(run.last), asks_the_same(again, run.last)
            if the_same and not dropped:
                continue
            yield Violation(
                rule=RULE.name,
                level=Level.MUST if dropped and not the_same else Level.SHOULD,
                expected=f"the original request again after {code_named(run.last)}",
                observed=f"request {again.number} differs in {_difference(run.last, again)}",
                trial=lane.trial,
                at=again.number,
                code=run.last.reply.code,
            )
            break


def _same_intent(other: Attempt, failed: Attempt) -> bool:
    if polling(failed) or polling(other) or (other.key, other.model) != (failed.key, failed.model):
        return False
    return kind_of_work(other.operation) == kind_of_work(failed.operation) and other.body != failed.body


def _must_not_change(run: Run, lane: Lane, catalogue: Catalogue) -> bool:
    if stream_dropped(run.last) and run.last.reply.kind is not ReplyKind.STREAM_ERROR:
        return True
    entry = entry_of(run.last, catalogue)
    if entry is None or not entry.transient:
        return False
    return not (entry.simpler_later and _tried_again(run, lane))


def _tried_again(run: Run, lane: Lane) -> bool:
    """Whether the request, or an earlier one that *run* is the simpler form of, was tried more than once."""
    return any(
        len(other) > 1
        and other.first.number <= run.first.number
        and (other.last.operation, other.last.key, other.last.model, other.last.reply.code)
        == (run.last.operation, run.last.key, run.last.model, run.last.reply.code)
        and not lane.apart(other.last, run.last)
        for other in lane.runs
    )


def _same_call(one: Attempt, other: Attempt) -> bool:
    """Whether two requests of a test may come of one and the same call."""
    return one.operation == other.operation and content(one) == content(other)


def _difference(failed: Attempt, again: Attempt) -> str:
    old, new = members(failed), members(again)
    names = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
    return ", ".join(names) or "its body"


RULE = Rule(
    name="changed-request",
    level=Level.MUST,
    section="upstream_failed / How to handle",
    duty="A retry sends the whole original request again.",
    remedy="Keep the body of the first request and send it unchanged.",
    text=prose(__doc__),
    check=check,
)
