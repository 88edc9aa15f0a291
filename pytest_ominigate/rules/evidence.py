"""What several rules ask of a timeline: what an error demands, what a caller was told, how a stream broke."""

from __future__ import annotations

import re
from typing import Any

from ..catalogue import Catalogue, Duty, ErrorEntry
from ..catalogue.retry_after import form
from ..timeline import POLLS, Attempt, Case, Ending, EndingKind, Lane, ReplyKind, Retry, Run
from .base import BY_HAND

CODED = (ReplyKind.ERROR, ReplyKind.STREAM_ERROR)
"""The kinds of reply that carry a code."""
BROKEN = (ReplyKind.RESET, ReplyKind.CUT, ReplyKind.UNFINISHED)
"""The kinds of reply that break off without a code."""
_DROPPED = (ReplyKind.CUT, ReplyKind.UNFINISHED, ReplyKind.STREAM_ERROR)
_CREATE = "video.create"
_CONTENT = ("messages", "prompt", "input")
_LOG = "log record"


def entry_of(attempt: Attempt, catalogue: Catalogue) -> ErrorEntry | None:
    """The documented error that the attempt met; None for anything else."""
    return catalogue.get(attempt.reply.code) if attempt.reply.kind in CODED else None


def duty_of(attempt: Attempt, catalogue: Catalogue) -> Duty | None:
    """What the error that the attempt met demands; None where it demands nothing or is not documented."""
    entry = entry_of(attempt, catalogue)
    return entry.duty if entry else None


def duty_of_family(attempt: Attempt, catalogue: Catalogue) -> Duty | None:
    """What all codes of the family ask for, if the attempt met an unknown code of it."""
    if attempt.reply.kind not in CODED or catalogue.get(attempt.reply.code) is not None:
        return None
    family = catalogue.family(attempt.reply.type)
    return family.duty if family else None


def asked_seconds(attempt: Attempt) -> float | None:
    """How many seconds the reply's Retry-After asks for; None where it is absent or unreadable."""
    at = attempt.reply.retry_at
    return None if at is None else at - attempt.at


def unreadable_wish(attempt: Attempt) -> bool:
    """Whether the reply has a Retry-After that is negative or no number and no date."""
    return attempt.reply.retry_after is not None and form(attempt.reply.retry_after) is None


def stream_dropped(attempt: Attempt) -> bool:
    """Whether the reply was a stream that broke, ended too soon or turned into an error."""
    return attempt.operation.endswith("_stream") and attempt.reply.kind in _DROPPED


def sent_again(run: Run, lane: Lane, case: Case) -> tuple[Retry, ...]:
    """The retries of a request, and the same asked for with streaming switched on, off or changed, in order.

    In a test written by hand both forms may be calls of the test itself.
    """
    switches = () if case.scenario == BY_HAND else lane.switches(run)
    return tuple(sorted((*run.retries, *switches), key=lambda retry: retry.again.number))


def bought(attempt: Attempt) -> str:
    """What a request would have made, as far as two requests for the same thing can be told from others."""
    prompt = members(attempt).get("prompt")
    return prompt if isinstance(prompt, str) else attempt.body


def content(attempt: Attempt) -> list[Any]:
    """What a request asks, whichever model is to answer, and how."""
    body = members(attempt)
    return [body.get(name) for name in _CONTENT]


def members(attempt: Attempt) -> dict[str, Any]:
    """The members of a request's body; none where it is no JSON object."""
    return attempt.request.members() or {}


def polling(attempt: Attempt) -> bool:
    """Whether the request asks for a video task."""
    return attempt.operation in POLLS


def says(ending: Ending, word: str, *, logs: bool) -> bool:
    """Whether the caller can read *word*, as a word of its own.

    Args:
        ending: what the caller got.
        word: a code, a request id or the like.
        logs: whether a log record counts.
    """
    pattern = alone(word)
    return any(pattern.search(clue.text) for clue in ending.clues if logs or not clue.place.startswith(_LOG))


def says_code(ending: Ending, code: str) -> bool:
    """Whether the caller can read the code off what it got; an exception class that is named for the code counts."""
    if says(ending, code, logs=False):
        return True
    plain = code.replace("_", "")
    return any(plain in name.rpartition(".")[2].lower().replace("_", "") for name in ending.lineage)


def told(ending: Ending, attempt: Attempt) -> bool:
    """Whether the ending tells the caller of the failure of *attempt*: by raising, or in the result itself."""
    if ending.kind in (EndingKind.RAISED, EndingKind.EXITED):
        return True
    if ending.kind is not EndingKind.RETURNED:
        return False
    code = attempt.reply.code
    return ending.tells_failure or (code is not None and says_code(ending, code))


def unclear(ending: Ending) -> str:
    """Why nobody can say whether a returned result tells of a failure."""
    return (
        f"{ending.summary or 'a result'}, which says something that a healthy one does not, and it is not known "
        "whether that tells of the failure: let it name the error's code, or raise"
    )


def surfaced(lane: Lane) -> tuple[Attempt, Ending] | None:
    """The coded failure that the lane's caller was told of, and how; None where there is none to be told.

    A deadline of the caller's own is another error than the gateway's, and so is an assertion of the test suite's.
    """
    last, ending = _to_be_told(lane), lane.ending
    if last is None or ending is None or last.reply.kind not in CODED or not last.reply.code:
        return None
    if ending.timed_out or ending.asserted or not told(ending, last):
        return None
    return last, ending


def groundless(attempt: Attempt, lane: Lane) -> bool:
    """Whether a request asked for a task that never was: no video had been created, and it names none."""
    if not polling(attempt) or not attempt.failed or attempt.task is not None:
        return False
    creates = [other for other in lane.attempts if other.operation == _CREATE and other.number < attempt.number]
    return bool(creates) and all(other.failed for other in creates)


def _to_be_told(lane: Lane) -> Attempt | None:
    """The last failure that is not merely what became of an earlier one."""
    return next((attempt for attempt in reversed(lane.work) if not groundless(attempt, lane)), None)


def code_named(attempt: Attempt) -> str:
    """The error that the attempt met, in words."""
    match attempt.reply.kind:
        case ReplyKind.RESET:
            return "a connection reset"
        case ReplyKind.CUT:
            return "a reply that was cut short"
        case ReplyKind.UNFINISHED:
            return "a stream without its end"
        case ReplyKind.UNREADABLE:
            return f"status {attempt.reply.status} without a readable error"
        case _:
            return attempt.reply.code or "an error"


def seconds(value: float) -> str:
    """A number of seconds in words, such as ``0.4 s``."""
    return f"{round(value, 3) + 0.0:.10g} s"


def times(number: int, noun: str) -> str:
    """A number and its noun, such as ``1 request`` and ``3 requests``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def alone(word: str) -> re.Pattern[str]:
    """Finds *word* where it is no part of another one."""
    return re.compile(rf"(?<![A-Za-z0-9_]){re.escape(word)}(?![A-Za-z0-9_])")
