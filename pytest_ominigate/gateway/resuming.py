"""Whether a request asks to go on where a broken stream ended, which the gateway does not support."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ..timeline import Attempt, Request

_HEADERS = ("last-event-id", "range")
_MEMBERS = re.compile(r"resum|continu|last_event|starting_after|start_from|offset", re.IGNORECASE)


def resumes(request: Request, broken: Attempt) -> bool:
    """Whether *request*, sent after the stream *broken*, asks for the rest of it.

    Signs are a ``Last-Event-ID`` or ``Range`` header, a new member such as ``resume`` or ``continue_from``, the
    delivered text anywhere in a new text, and a last message of the assistant's that the first request did not have.
    """
    if any(request.header(name) is not None for name in _HEADERS):
        return True
    body, former = _json(request), _json(broken.request)
    if any(_MEMBERS.match(name) for name in set(_members(body)) - set(_members(former))):
        return True
    if _prefilled(body) and not _prefilled(former):
        return True
    delivered = broken.reply.delivered.strip()
    if not delivered:
        return False
    quoted = re.compile(rf"(?<!\w){re.escape(delivered)}(?!\w)")
    known = set(_texts(former))
    return any(quoted.search(text) for text in _texts(body) if text not in known)


def _json(request: Request) -> Any:
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        return None


def _members(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        for member in value.values():
            yield from _members(member)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for member in value.values():
            yield from _texts(member)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _prefilled(body: Any) -> bool:
    messages = body.get("messages") if isinstance(body, dict) else None
    last = messages[-1] if isinstance(messages, list) and messages else None
    return isinstance(last, dict) and last.get("role") == "assistant"
