"""What goes wrong in a trial: faults, and the scenarios made of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ..catalogue.model import ErrorEntry
from ..timeline import ReplyKind
from .routing import GENERATING

STREAM_KINDS = (ReplyKind.UNFINISHED, ReplyKind.STREAM_ERROR)
"""The faults that only a stream can have."""
BROKEN_SUCCESSES = (ReplyKind.CUT, *STREAM_KINDS)
"""The faults of a reply that began as a success: the work was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong, once or several times. Times in seconds."""

    kind: ReplyKind = ReplyKind.ERROR
    code: str | None = None
    type: str | None = None
    """The type of an undocumented code; a documented one has its own."""
    message: str | None = None
    """None: the catalogue's."""
    param: str | None = None
    """The request field to name; None: the catalogue's."""
    status: int | None = None
    """None: the catalogue's default."""
    times: int | None = 1
    """How many requests meet it; None: all. A spending cap that all meet is lifted at its reset."""
    until: float | None = None
    """The second of the trial at which an outage ends; ``times`` does not count then."""
    retry_after: float | datetime | str | None = None
    """The Retry-After to send: seconds, a date, or the raw text of the header."""
    retry_after_date: float | None = None
    """A Retry-After so many seconds after the reply, sent as an HTTP-date."""
    on: str | None = None
    """The operation or step that meets it, such as ``chat`` (streaming or not), ``chat_stream``, ``video`` or
    ``video.status``; None: any that does paid work."""
    streams_only: bool = False
    """Whether only streams meet it."""
    body: bytes | None = None
    """The body of an ``UNREADABLE`` reply."""
    content_type: str = "text/html"
    """The type of that body."""
    delivered: int | None = None
    """How many pieces of text a stream carries before it breaks; None: half of them."""

    def meets(self, operation: str, entry: ErrorEntry | None) -> bool:
        """Whether a request of *operation* can meet it. *entry* is the catalogue's, for a documented code."""
        if (self.streams_only or self.kind in STREAM_KINDS) and not operation.endswith("_stream"):
            return False
        if self.on is not None:
            return operation == self.on or operation in (
                f"{self.on}_stream",
                f"{self.on}.{operation.partition('.')[2]}",
            )
        # A code that belongs to some steps of the video workflow waits for them; elsewhere it is served as asked.
        steps = [name for name in entry.operations if name.startswith("video.")] if entry else []
        if steps and operation.startswith("video."):
            return operation in steps
        return operation in GENERATING


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One thing to try with a client."""

    operation: str
    """``chat``, ``chat_stream``, ``messages``, ``messages_stream``, ``image`` or ``video``."""
    name: str
    code: str | None = None
    """The code it is about; None where it has none. In a mixed sequence, the one that must stop the client."""
    status: int | None = None
    """The status under which that code is served; None where no reply is."""
    faults: tuple[Fault, ...] = ()
    tags: frozenset[str] = frozenset()
    """``shape``, ``alternative``, ``mixed``, ``unknown_code``, ``concurrent``."""
    callers: int = 1
    """How many callers call at the same time."""

    @property
    def id(self) -> str:
        """The scenario's name in node ids."""
        return self.name if self.code is None else f"{self.code}-{self.name}"

    @property
    def shape(self) -> bool:
        """Whether several trials judge the shape of the waits."""
        return "shape" in self.tags

    @property
    def alternative(self) -> bool:
        """Whether its status is not the code's default, so that it is compared with the default's trials."""
        return "alternative" in self.tags
