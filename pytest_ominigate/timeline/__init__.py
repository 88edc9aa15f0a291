"""What happened: frozen records that everything above hands on, and how requests belong together."""

from .pairing import ASIDE, POLLS, Lane, Retry, Run, lanes, lanes_of, retries, runs
from .records import (
    Attempt,
    Case,
    Clue,
    Ending,
    EndingKind,
    Reply,
    ReplyKind,
    Request,
    Timeline,
    Trial,
    Wait,
)

__all__ = [
    "ASIDE",
    "POLLS",
    "Attempt",
    "Case",
    "Clue",
    "Ending",
    "EndingKind",
    "Lane",
    "Reply",
    "ReplyKind",
    "Request",
    "Retry",
    "Run",
    "Timeline",
    "Trial",
    "Wait",
    "lanes",
    "lanes_of",
    "retries",
    "runs",
]
