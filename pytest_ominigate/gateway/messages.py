"""Successful replies of POST /v1/messages, in the full shape of the Anthropic API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .streams import EventStream, event

INPUT_TOKENS = 8


def message(body: Mapping[str, Any], *, number: int, pieces: Sequence[str]) -> dict[str, Any]:
    """The whole reply to *body*."""
    return {
        **_empty(body, number),
        "content": [{"type": "text", "text": "".join(pieces), "citations": None}],
        "stop_reason": "end_turn",
        "usage": _usage(len(pieces)),
    }


def stream(body: Mapping[str, Any], *, number: int, pieces: Sequence[str]) -> EventStream:
    """The same reply as a stream, from ``message_start`` to ``message_stop``."""

    def named(name: str, **members: object) -> bytes:
        return event({"type": name, **members}, name)

    return EventStream(
        opening=(
            named("message_start", message=_empty(body, number)),
            named("content_block_start", index=0, content_block={"type": "text", "text": ""}),
            named("ping"),
        ),
        pieces=tuple(
            (piece, named("content_block_delta", index=0, delta={"type": "text_delta", "text": piece}))
            for piece in pieces
        ),
        closing=(
            named("content_block_stop", index=0),
            named(
                "message_delta",
                delta={"stop_reason": "end_turn", "stop_sequence": None},
                usage={"output_tokens": len(pieces)},
            ),
            named("message_stop"),
        ),
        named_events=True,
    )


def _empty(body: Mapping[str, Any], number: int) -> dict[str, Any]:
    return {
        "id": f"msg_omg_{number}",
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": _usage(0),
    }


def _usage(output_tokens: int) -> dict[str, Any]:
    return {
        "input_tokens": INPUT_TOKENS,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "output_tokens": output_tokens,
        "service_tier": "standard",
    }
