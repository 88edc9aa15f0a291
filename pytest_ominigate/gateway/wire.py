"""Requests and replies as they travel: what every transport hands to the gateway and gets back."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Break(StrEnum):
    """Where a connection breaks."""

    NEVER = "never"
    BEFORE = "before"
    """Reset before any byte of the reply."""
    WITHIN = "within"
    """Reset after the reply's chunks were sent, before its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WireRequest:
    """A request as it arrived, keys and all."""

    method: str
    target: str
    """Path and query as sent."""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    lane: int | None = None
    """Which of several concurrent callers sent it; None where that is not known."""
    host: str = ""
    """The host the client meant, where the transport knows it."""
    _named: dict[str, str] = field(init=False, repr=False, compare=False)
    """The first header of each name, in lower case."""

    def __post_init__(self) -> None:
        """Index the headers."""
        object.__setattr__(self, "_named", {name.lower(): value for name, value in reversed(self.headers)})

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    def header(self, name: str) -> str | None:
        """The first header of that name (any case), or None."""
        return self._named.get(name.lower())


@dataclass(frozen=True, slots=True, kw_only=True)
class WireReply:
    """A reply to send. The body is one or more chunks; a stream is sent chunked, anything else with its length."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    """All headers but Content-Length, Transfer-Encoding, Date and Connection, which the transport adds."""
    chunks: tuple[bytes, ...] = ()
    streamed: bool = False
    """Whether the body is a stream of unknown length (chunked, text/event-stream)."""
    breaks: Break = Break.NEVER

    @property
    def body(self) -> bytes:
        """The whole body."""
        return b"".join(self.chunks)
