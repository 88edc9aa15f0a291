"""What the gateway decided to answer: one record from which both the wire's and the timeline's reply are made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..timeline import Reply, ReplyKind
from .wire import Break, WireReply

OK = 200
JSON = "application/json"
EVENTS = "text/event-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer before it gets its request id. Times in seconds of the trial."""

    kind: ReplyKind = ReplyKind.SUCCESS
    status: int = OK
    content_type: str = JSON
    chunks: tuple[bytes, ...] = ()
    streamed: bool = False
    breaks: Break = Break.NEVER
    type: str | None = None
    code: str | None = None
    param: str | None = None
    message: str | None = None
    retry_after: str | None = None
    retry_at: float | None = None
    resets_at: float | None = None
    delivered: str = ""
    completed: bool | None = None

    def wire(self, request_id: str) -> WireReply:
        """The reply to send."""
        if self.breaks is Break.BEFORE:
            return WireReply(status=self.status, breaks=self.breaks)
        headers = [("Content-Type", self.content_type), ("X-Request-Id", request_id)]
        if self.streamed:
            headers.append(("Cache-Control", "no-cache"))
        if self.retry_after is not None:
            headers.append(("Retry-After", self.retry_after))
        return WireReply(
            status=self.status,
            headers=tuple(headers),
            chunks=self.chunks,
            streamed=self.streamed,
            breaks=self.breaks,
        )

    def record(self, request_id: str) -> Reply:
        """The reply as the timeline keeps it."""
        if self.breaks is Break.BEFORE:
            return Reply(kind=self.kind, status=None)
        return Reply(
            kind=self.kind,
            status=self.status,
            type=self.type,
            code=self.code,
            param=self.param,
            message=self.message,
            request_id=request_id,
            retry_after=self.retry_after,
            retry_at=self.retry_at,
            resets_at=self.resets_at,
            page=b"".join(self.chunks).decode(errors="replace") if self.kind is ReplyKind.UNREADABLE else "",
            delivered=self.delivered,
            completed=self.completed,
        )


def encode(body: object) -> bytes:
    """*body* as JSON bytes."""
    return json.dumps(body).encode()


def whole(body: Mapping[str, Any] | bytes, content_type: str = JSON) -> Answer:
    """A success with that body."""
    return Answer(content_type=content_type, chunks=(body if isinstance(body, bytes) else encode(body),))


def cut(answer: Answer) -> Answer:
    """The same success, broken off after half of its body."""
    body = b"".join(answer.chunks)
    sent = body[: len(body) // 2]
    return Answer(kind=ReplyKind.CUT, content_type=answer.content_type, chunks=(sent,), breaks=Break.WITHIN)


def reset() -> Answer:
    """No answer at all: the connection breaks."""
    return Answer(kind=ReplyKind.RESET, breaks=Break.BEFORE)
