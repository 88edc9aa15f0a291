"""Successful replies of POST /v1/chat/completions, in the full shape of the OpenAI API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .streams import DONE, EventStream, event

PROMPT_TOKENS = 8
FINGERPRINT = "fp_omg"


def usage(completion_tokens: int) -> dict[str, Any]:
    """The usage of a reply of so many tokens."""
    return {
        "prompt_tokens": PROMPT_TOKENS,
        "completion_tokens": completion_tokens,
        "total_tokens": PROMPT_TOKENS + completion_tokens,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def completion(body: Mapping[str, Any], *, number: int, created: int, pieces: Sequence[str]) -> dict[str, Any]:
    """The whole reply to *body*, with as many choices as it asks for."""
    message: dict[str, Any] = {"role": "assistant", "content": "".join(pieces), "refusal": None, "annotations": []}
    return {
        **_head(body, number, created, "chat.completion"),
        "choices": [
            {"index": index, "message": message, "logprobs": None, "finish_reason": "stop"} for index in _choices(body)
        ],
        "usage": usage(len(pieces) * len(_choices(body))),
    }


def stream(body: Mapping[str, Any], *, number: int, created: int, pieces: Sequence[str]) -> EventStream:
    """The same reply as a stream: one event a piece, then the finish, the usage if asked for, and ``[DONE]``."""
    head = _head(body, number, created, "chat.completion.chunk")

    def chunk(delta: Mapping[str, Any], finish: str | None = None) -> bytes:
        return b"".join(
            event({**head, "choices": [{"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}]})
            for index in _choices(body)
        )

    closing = [chunk({}, "stop")]
    if (body.get("stream_options") or {}).get("include_usage"):
        closing.append(event({**head, "choices": [], "usage": usage(len(pieces) * len(_choices(body)))}))
    return EventStream(
        opening=(chunk({"role": "assistant", "content": "", "refusal": None}),),
        pieces=tuple((piece, chunk({"content": piece})) for piece in pieces),
        closing=(*closing, DONE),
    )


def _head(body: Mapping[str, Any], number: int, created: int, kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-omg-{number}",
        "object": kind,
        "created": created,
        "model": body["model"],
        "service_tier": "default",
        "system_fingerprint": FINGERPRINT,
    }


def _choices(body: Mapping[str, Any]) -> range:
    return range(body.get("n") or 1)
