"""What a session has seen, as JSON. API keys are masked in it, like everywhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..gateway import Fault
from ..reports.result import timeline
from ..timeline import Attempt, Timeline, Trial
from ..trial.freezing import gaps
from .sessions import Session


def journal(session: Session) -> Mapping[str, Any]:
    """The requests of a session in order of arrival, with their replies. Times in seconds since it began.

    ``over`` tells whether the limit was reached, ``forgotten`` how many earlier requests are not in it any more, and
    ``unserved`` what was scripted and never met.
    """
    attempts = session.attempts
    events = timeline(Trial(timeline=Timeline(attempts=attempts)))
    return {
        "requests": [
            {**event, "headers": list(map(list, attempt.request.headers)), "body": _body(attempt)}
            for event, attempt in zip(events, attempts, strict=True)
        ],
        "waits": gaps(attempts),
        "calls": [call.last for call in session.calls],
        "limit": session.limit,
        "over": session.overran,
        "forgotten": session.forgotten,
        "unserved": [fault_shown(fault) for fault in session.gateway.unserved],
    }


def fault_shown(fault: Fault) -> Mapping[str, Any]:
    """A fault, as the control API shows it."""
    members = ("code", "type", "status", "times", "retry_after", "retry_after_date", "until", "on", "delivered")
    found = {name: getattr(fault, name) for name in members}
    return {
        "kind": fault.kind.value,
        **{name: value for name, value in found.items() if value is not None or name == "times"},
    }


def _body(attempt: Attempt) -> Any:
    """The body as what its JSON holds; as text where it is none that could be written again."""
    try:
        value = attempt.request.json()
        json.dumps([[[value]]], allow_nan=False)
    except (ValueError, RecursionError):
        return attempt.request.body.decode("utf-8", "replace")
    return value
