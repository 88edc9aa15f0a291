"""Which wrong requests the gateway refuses, and with which documented error."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .model_list import tiers

SLUG = re.compile(r"[a-z0-9][a-z0-9._-]*/[a-z0-9][a-z0-9._:@+-]*")
"""A well-formed ``provider/model``."""
ROLES = ("assistant", "developer", "function", "system", "tool", "user")
NOT_FOUND = "not_found"
WRONG_PROVIDER = "video_model_not_found"


@dataclass(frozen=True, slots=True)
class Refusal:
    """The documented error a wrong request gets, and the field it names.

    A nested field is named by its path, such as ``messages[0].content``.
    """

    code: str
    param: str | None = None


INVALID = Refusal("invalid_request")


def _number(low: float, high: float) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def _whole(low: int, high: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _is(*types: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, types)


_ANY_SIZE = 10**9
_TOKENS = _whole(1, _ANY_SIZE)
_SAMPLING = {"stream": _is(bool), "temperature": _number(0, 2), "top_p": _number(0, 1), "tools": _is(list)}
_STILL = {"stream": lambda value: value is False}

# For each operation: the required fields in the order in which they are missed, and what each field must be.
_REQUIRED = {
    "chat": ("model", "messages"),
    "messages": ("model", "messages", "max_tokens"),
    "image": ("model", "prompt"),
    "video.create": ("model", "prompt"),
    "video.status": ("task_id",),
    "video.result": ("task_id",),
}
_FIELDS: Mapping[str, Mapping[str, Callable[[Any], bool]]] = {
    "chat": {
        "model": _is(str),
        "messages": _is(list),
        **_SAMPLING,
        "n": _whole(1, 128),
        "max_tokens": _TOKENS,
        "max_completion_tokens": _TOKENS,
        "presence_penalty": _number(-2, 2),
        "frequency_penalty": _number(-2, 2),
        "stop": _is(str, list),
        "stream_options": _is(dict),
        "response_format": _is(dict),
    },
    "messages": {
        "model": _is(str),
        "messages": _is(list),
        **_SAMPLING,
        "max_tokens": _TOKENS,
        "system": _is(str, list),
        "stop_sequences": _is(list),
        "metadata": _is(dict),
        "thinking": _is(dict),
    },
    "image": {
        "model": _is(str),
        "prompt": _is(str),
        **_STILL,
        "n": _whole(1, 10),
        "size": _is(str),
        "response_format": lambda value: value in ("url", "b64_json"),
    },
    "video.create": {
        "model": _is(str),
        "prompt": _is(str),
        **_STILL,
        "tier": _is(str),
        "duration": _number(0, _ANY_SIZE),
    },
    "video.status": {"task_id": _is(str), "model": _is(str)},
    "video.result": {"task_id": _is(str), "model": _is(str)},
}
_FORM_NUMBERS = ("n", "duration")


def check(
    operation: str, body: Mapping[str, Any], *, provider: str | None = None, form: bool = False
) -> Refusal | None:
    """Why the gateway refuses *body*, or None. Types come first, then missing fields, then what they say.

    Args:
        operation: ``chat``, ``messages``, ``image``, ``video.create``, ``video.status`` or ``video.result``.
        body: its members; a video's ``id`` already counts as its ``task_id``.
        provider: the provider in the path of a video request.
        form: whether the body is an upload: its members are text, and an image is edited.
    """
    if form:
        body = _typed(body)
    if any(body.get(name) is not None and not fits(body[name]) for name, fits in _FIELDS[operation].items()):
        return INVALID
    for name in _REQUIRED[operation]:
        if _absent(body.get(name)):
            return Refusal("missing_parameter", name)
    if form and operation == "image" and not (body.get("image") or body.get("images")):
        return INVALID
    refusal = _check_messages(operation, body.get("messages"))
    model = body.get("model")
    if refusal is None and model and not SLUG.fullmatch(model):
        refusal = Refusal("invalid_model", "model")
    if refusal is None and provider is not None and model:
        refusal = _check_video(body, provider)
    return refusal


def _typed(form: Mapping[str, Any]) -> Mapping[str, Any]:
    numbers = {name: int(form[name]) for name in _FORM_NUMBERS if str(form.get(name, "")).isdecimal()}
    flags = {"stream": False} if form.get("stream") == "false" else {}
    return {**form, **numbers, **flags}


def _absent(value: object) -> bool:
    return value is None or value in ("", [], {})


def _check_video(body: Mapping[str, Any], provider: str) -> Refusal | None:
    model = body["model"]
    if model.partition("/")[0] != provider:
        return Refusal(WRONG_PROVIDER, "model")
    if body.get("tier") and body["tier"] not in tiers(model):
        return Refusal("video_tier_not_found", "tier")
    return None


def _check_messages(operation: str, messages: list[Any] | None) -> Refusal | None:
    for index, message in enumerate(messages or ()):
        refusal = _check_message(message, f"messages[{index}]", chat=operation == "chat")
        if refusal:
            return refusal
    return None


def _check_message(message: Any, path: str, *, chat: bool) -> Refusal | None:
    if not isinstance(message, dict):
        return INVALID
    role, content = message.get("role"), message.get("content")
    if _absent(role):
        return Refusal("missing_parameter", f"{path}.role")
    if role not in ROLES:
        return INVALID
    # An assistant message that calls tools, or refuses, says nothing else.
    if chat and role == "assistant" and any(message.get(name) for name in ("tool_calls", "function_call", "refusal")):
        return None
    if _absent(content):
        return Refusal("missing_parameter", f"{path}.content")
    if isinstance(content, str):
        return None
    if not isinstance(content, list):
        return INVALID
    for index, block in enumerate(content):
        refusal = _check_block(block, f"{path}.content[{index}]")
        if refusal:
            return refusal
    return None


def _check_block(block: Any, path: str) -> Refusal | None:
    if not isinstance(block, dict):
        return INVALID
    kind, text = block.get("type"), block.get("text")
    if _absent(kind):
        return Refusal("missing_parameter", f"{path}.type")
    if not isinstance(kind, str) or (text is not None and not isinstance(text, str)):
        return INVALID
    if kind == "text" and _absent(text):
        return Refusal("missing_parameter", f"{path}.text")
    return None
