"""A healthy call, and what is wrong with a client fixture that does not even work when nothing fails."""

from __future__ import annotations

from dataclasses import dataclass

from ..timeline import POLLS, Attempt, EndingKind, Trial
from ..timeline.pairing import kind_of_work
from .snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What a client's call was like when nothing failed."""

    trial: Trial
    result: Snapshot
    """What the caller got."""
    missed: str
    """Why nothing was seen of the call, though the client did reach out for the gateway; empty if that is not so."""
    steps: tuple[str, ...]
    """The bodies of the requests that the call makes by itself, polls aside."""


def steps_of(operation: str, trial: Trial) -> tuple[str, ...]:
    """The bodies of the requests that a healthy call for that makes by itself, polls aside."""
    own = [each for each in trial.timeline.attempts if each.operation not in POLLS and _is_of(each, operation)]
    return tuple(attempt.body for attempt in own)


_HINTS = {
    "invalid_api_key": "build the client with ominigate.api_key",
    "not_found": "build the client with ominigate.base_url (it ends with /v1) or ominigate.root_url (it does not)",
    "missing_parameter": "let the call send a whole request",
    "invalid_model": 'name the model as provider/model, such as "openai/gpt-4o"',
    "invalid_request": "let the call send what the API describes",
    "video_model_not_found": "poll the provider that the model belongs to",
}


def complaint(operation: str, trial: Trial) -> str:
    """What to mend in a fixture whose healthy call fails; empty if all is well."""
    ending = trial.ending
    attempts = trial.timeline.attempts
    if trial.stopped or ending.kind is EndingKind.STOPPED:
        return "the client never came to an end although nothing failed, and had to be stopped"
    if trial.doubts and not attempts:
        return trial.doubts[0]
    if not attempts:
        said = "" if ending.kind is EndingKind.RETURNED else f" (the call {ending.summary})"
        return (
            f"no request reached the fake gateway{said}. Is the client built with ominigate.base_url? "
            "A client with a hard-wired address needs --ominigate-transport=vcr"
        )
    if ending.kind is not EndingKind.RETURNED:
        return f"the call {ending.summary}{_last_refusal(attempts)}"
    if all(attempt.failed for attempt in attempts):
        return f"the call {ending.summary} although no request succeeded{_last_refusal(attempts)}"
    if not any(_is_of(attempt, operation) for attempt in attempts):
        sent = ", ".join(dict.fromkeys(attempt.operation for attempt in attempts))
        return f"the fixture is named for {operation}, but its client sent {sent}"
    return ""


def _is_of(attempt: Attempt, operation: str) -> bool:
    # An SDK may stream, or not, where its caller does not see the difference.
    return kind_of_work(attempt.operation) == kind_of_work(operation)


def _last_refusal(attempts: tuple[Attempt, ...]) -> str:
    last = attempts[-1]
    if not last.failed or last.reply.status is None:
        return ""
    hint = _HINTS.get(last.reply.code or "", "")
    param = f" ({last.reply.param})" if last.reply.param else ""
    reply = f"{last.reply.status} {last.reply.code}{param}"
    answered = f"; the gateway answered {reply} to {last.request.method} {last.request.path}"
    return f"{answered}: {hint}" if hint else answered
