"""Server-sent events: a stream as its parts, and the ways in which it can end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..timeline import ReplyKind
from .answers import EVENTS, Answer, encode
from .wire import Break

DONE = b"data: [DONE]\n\n"


def event(body: Mapping[str, Any], name: str | None = None) -> bytes:
    """One server-sent event."""
    head = b"" if name is None else b"event: " + name.encode() + b"\n"
    return head + b"data: " + encode(body) + b"\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventStream:
    """A stream of events, each ready for the wire."""

    opening: tuple[bytes, ...]
    pieces: tuple[tuple[str, bytes], ...]
    """The pieces of text, each with the event that carries it."""
    closing: tuple[bytes, ...]
    """What tells a whole stream from a broken one."""
    named_events: bool = False
    """Whether events have names, as in the Anthropic format."""

    @property
    def text(self) -> str:
        """All text of the stream."""
        return "".join(text for text, _ in self.pieces)

    def whole(self) -> Answer:
        """The stream from its first event to its last."""
        chunks = (*self.opening, *(chunk for _, chunk in self.pieces), *self.closing)
        return Answer(content_type=EVENTS, streamed=True, chunks=chunks, delivered=self.text)

    def broken(
        self,
        kind: ReplyKind,
        *,
        pieces: int | None = None,
        error: Mapping[str, Any] | None = None,
    ) -> Answer:
        """The stream as it breaks.

        Args:
            kind: ``CUT`` (the connection is reset), ``UNFINISHED`` (it ends cleanly, but early) or
                ``STREAM_ERROR`` (an error event comes instead of the rest).
            pieces: how many pieces of text go out before; half of them by default.
            error: the error envelope of a ``STREAM_ERROR``.
        """
        count = len(self.pieces) // 2 if pieces is None else min(pieces, len(self.pieces))
        sent = self.pieces[:count]
        chunks = [*self.opening, *(chunk for _, chunk in sent)]
        detail: Mapping[str, Any] = {}
        if error is not None:
            detail = error["error"]
            chunks.append(event({"type": "error", **error}, "error") if self.named_events else event(error))
        return Answer(
            kind=kind,
            content_type=EVENTS,
            streamed=True,
            chunks=tuple(chunks),
            breaks=Break.WITHIN if kind is ReplyKind.CUT else Break.NEVER,
            type=detail.get("type"),
            code=detail.get("code"),
            param=detail.get("param"),
            message=detail.get("message"),
            delivered="".join(text for text, _ in sent),
        )
