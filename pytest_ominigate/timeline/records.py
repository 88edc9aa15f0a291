"""Frozen records of what passed between a client and the gateway.

All times are seconds on the clock of the trial, counted from the start of the client's call.
Keys are named by order of appearance (``key 1``), never by their text.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any


class ReplyKind(StrEnum):
    """What kind of answer a request met."""

    SUCCESS = "success"
    """A whole 2xx reply."""
    ERROR = "error"
    """An error status with a readable envelope."""
    UNREADABLE = "unreadable"
    """An error status whose body holds no readable code: HTML, nothing, or broken JSON."""
    RESET = "reset"
    """The connection broke before any byte of a reply."""
    CUT = "cut"
    """A 200 whose body or stream broke off: the connection was reset half-way."""
    UNFINISHED = "unfinished"
    """A 200 stream that ended cleanly without its final chunk."""
    STREAM_ERROR = "stream_error"
    """A 200 stream that carried an error event."""

    @property
    def failed(self) -> bool:
        """Whether the request got anything but a whole success."""
        return self is not ReplyKind.SUCCESS


@lru_cache(maxsize=256)
def _digest(body: bytes, content_type: str) -> str:
    # A retry is mostly the same request to the byte, and every rule asks.
    try:
        canonical = json.dumps(json.loads(body), sort_keys=True).encode()
    except ValueError:
        canonical = body
        _, _, boundary = content_type.partition("boundary=")
        if boundary:
            canonical = canonical.replace(boundary.strip('"').encode(), b"boundary")
    return hashlib.sha256(canonical).hexdigest()[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as the gateway received it, with every API key masked."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The first header of that name (any case), or None."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            ValueError: the body is no JSON.
        """
        return json.loads(self.body)

    def members(self) -> dict[str, Any] | None:
        """The members of the body; None where it is no JSON object."""
        try:
            body = self.json()
        except ValueError:
            return None
        return body if isinstance(body, dict) else None

    @property
    def fingerprint(self) -> str:
        """A digest that is equal for equal bodies, whatever the order of members or the multipart boundary."""
        return _digest(self.body, self.header("content-type") or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the gateway answered, as far as the judgement needs it."""

    kind: ReplyKind
    status: int | None
    """The HTTP status; None where the connection broke before one was sent."""
    type: str | None = None
    code: str | None = None
    param: str | None = None
    message: str | None = None
    """The error's message as sent."""
    request_id: str | None = None
    """The X-Request-Id; None where no reply was received."""
    retry_after: str | None = None
    """The Retry-After header as sent."""
    retry_at: float | None = None
    """The second before which Retry-After forbids another request; None where absent or unreadable."""
    resets_at: float | None = None
    """The second at which a spending cap is lifted; None for other errors."""
    page: str = ""
    """The body of an error that holds no readable code."""
    delivered: str = ""
    """The text a stream had carried before it broke or ended."""
    completed: bool | None = None
    """Whether the reply says that a video task is completed; None where it says nothing of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One request of the client and its reply."""

    number: int
    """Counted from 1 over the whole timeline."""
    at: float
    """When the request reached the gateway."""
    operation: str
    """``chat``, ``chat_stream``, ``messages``, ``messages_stream``, ``image``, ``video.create``,
    ``video.status``, ``video.result``, ``models`` or ``other``."""
    request: Request
    reply: Reply
    key: str | None = None
    """``key 1``, ``key 2``, ... by first appearance; None where no key was sent."""
    model: str | None = None
    task: str | None = None
    """The video task the request names."""
    lane: int = 1
    """Which of several concurrent callers sent it, counted from 1."""
    sdk_retry: int | None = None
    """The retry count that some SDKs send along (0 for a first try)."""
    resumes: bool = False
    """Whether the request asks to go on where a broken stream ended."""

    @property
    def body(self) -> str:
        """The fingerprint of the request's body."""
        return self.request.fingerprint

    @property
    def failed(self) -> bool:
        """Whether the attempt got anything but a whole success."""
        return self.reply.kind.failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """One wait of the client on the clock."""

    at: float
    seconds: float
    how: str
    """The function that waited, such as ``time.sleep`` or ``asyncio``."""
    where: str = ""
    """The frame that asked for it, such as ``client.py:31 in ask``."""
    layer: str = ""
    """The top-level package of that frame, such as ``openai`` or ``tenacity``."""
    lane: int = 1
    blocks_loop: bool = False
    """Whether a blocking wait stopped a running event loop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """All that happened in one call of the client."""

    attempts: tuple[Attempt, ...] = ()
    waits: tuple[Wait, ...] = ()
    ended: float = 0.0
    """When the call returned, raised or was stopped."""

    def lanes(self) -> tuple[int, ...]:
        """The lanes that sent something, in order."""
        return tuple(sorted({attempt.lane for attempt in self.attempts}))

    def lane(self, number: int) -> tuple[Attempt, ...]:
        """The attempts of one lane, in order."""
        return tuple(attempt for attempt in self.attempts if attempt.lane == number)


class EndingKind(StrEnum):
    """How the client's call came to an end."""

    RETURNED = "returned"
    RAISED = "raised"
    STOPPED = "stopped"
    """The harness stopped a client that would not end."""
    EXITED = "exited"
    """The client asked the process to exit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clue:
    """A piece of text that the caller can read, and where: ``exception.code``, ``log record``, ``result``."""

    place: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What the caller got from the call, as plain facts: no live object, no API key."""

    kind: EndingKind
    summary: str = ""
    """One line, such as ``raised openai.RateLimitError`` or ``returned 'pong'``."""
    lineage: tuple[str, ...] = ()
    """The qualified class names of the exception, its bases and the exceptions it chains to."""
    clues: tuple[Clue, ...] = ()
    """All the caller can read: the exception and all it holds or chains to, the result, log records."""
    leaks: tuple[str, ...] = ()
    """The places in which the API key could be read."""
    like_healthy: bool | None = None
    """Whether a returned result is like that of a healthy call; None where nothing was returned or nothing is known."""
    unlike: str = ""
    """What is unlike a healthy call's result in the returned one; empty where it is like that, or nothing is known."""
    tells_failure: bool = False
    """Whether a returned result itself says that the call failed."""
    unclear: bool = False
    """Whether it says something that a healthy one does not, which may or may not be that the call failed."""
    timed_out: bool = False
    """Whether the call ended in a timeout of the client's own."""
    asserted: bool = False
    """Whether an assertion of the test suite's own ended the call, rather than one in the client's code."""
    text: str | None = None
    """The text the client returned, if it returned one."""
    incomplete: bool = False
    """Whether the looking had to be broken off, so that the caller may have got more than this."""

    def reads(self, word: str) -> bool:
        """Whether the caller can read *word* anywhere."""
        return any(word in clue.text for clue in self.clues)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One run of a scenario: what happened, and what the caller got (one ending a lane)."""

    timeline: Timeline
    endings: tuple[Ending, ...] = ()
    status: int | None = None
    """The status under which the scenario's code was served."""
    stopped: bool = False
    """Whether the harness had to stop the client at its request limit."""
    doubts: tuple[str, ...] = ()
    """Reasons why this trial is no evidence, such as a wait that the clock could not see."""
    unclaimed: bool = False
    """Whether there are requests of which it was not seen who of several callers sent them."""

    @property
    def ending(self) -> Ending:
        """The ending of the first lane."""
        return self.endings[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What the rules judge: the trials of one scenario."""

    operation: str
    """``chat``, ``chat_stream``, ``messages``, ``messages_stream``, ``image`` or ``video``."""
    scenario: str
    """The scenario's name, such as ``recovers``; ``marked`` for a test written by hand."""
    trials: tuple[Trial, ...]
    code: str | None = None
    """The documented (or invented) code the scenario is about; None where it has none."""
    reference: tuple[Trial, ...] = ()
    """Trials of the same code under its default status, to compare with."""
    limit: int = 50
    """The number of requests at which the harness stops a client."""
    steps: tuple[str, ...] = ()
    """The bodies of the requests that a healthy call makes by itself for the operation, polls aside: where there are
    several, one of them is no retry of another. Empty where nothing is known of it."""
    tags: frozenset[str] = field(default_factory=frozenset)
    """Traits of the scenario: ``shape`` (trials judge the backoff), ``mixed``, ``unknown_code``, ``concurrent``."""
