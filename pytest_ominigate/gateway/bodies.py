"""A request's body: JSON, or multipart/form-data where files are uploaded; and what is kept of a long one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from email import message_from_bytes, policy
from typing import Any, NoReturn

from ..timeline import Request
from .wire import WireRequest

FORM = "multipart/form-data"


def is_form(request: WireRequest) -> bool:
    """Whether the body is an upload."""
    return (request.header("content-type") or "").lower().startswith(FORM)


def read(request: WireRequest) -> Mapping[str, Any]:
    """The members of the body; parts of a form are text, or bytes for a file.

    Raises:
        ValueError: the body is neither a JSON object nor a whole form.
    """
    return _form(request) if is_form(request) else _json_object(request.body)


def shortened(request: Request) -> Request:
    """The same request with a stand-in for its body, equal for equal bodies and for no others."""
    return replace(request, body=json.dumps({"bytes": len(request.body), "sha256": request.fingerprint}).encode())


def _json_object(body: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(body, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError("no JSON object")
    return value


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _form(request: WireRequest) -> Mapping[str, Any]:
    head = f"Content-Type: {request.header('content-type')}\r\n\r\n"
    message = message_from_bytes(head.encode() + request.body, policy=policy.HTTP)
    if not message.is_multipart():
        raise ValueError("no form")
    members: dict[str, Any] = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(content, bytes):
            raise ValueError("a part without a name")
        uploaded = part.get_filename() is not None
        members[name.removesuffix("[]")] = content if uploaded else content.decode()
    return members
