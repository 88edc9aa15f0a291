"""What the control API answers."""

from __future__ import annotations

import json
from typing import Any

from ..gateway import WireReply

JSON_HEADERS = (("Content-Type", "application/json"), ("Cache-Control", "no-store"))


class ControlError(Exception):
    """A control call that cannot be carried out. *status* is the answer's, the message is for the developer."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def answer(body: object, status: int = 200) -> WireReply:
    """A reply with that JSON body."""
    return WireReply(status=status, headers=JSON_HEADERS, chunks=(json.dumps(body).encode() + b"\n",))


def refusal(error: ControlError) -> WireReply:
    """The reply to a control call that went wrong."""
    return answer({"error": str(error)}, error.status)


def read_object(body: bytes, largest: int) -> dict[str, Any]:
    """The JSON object in the body of a control call; an empty body counts as an empty object.

    Raises:
        ControlError: it is too long, or no JSON object.
    """
    if len(body) > largest:
        raise ControlError(f"the body of a control call has at most {largest} bytes, not {len(body)}", 413)
    try:
        value = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise ControlError(f"the body is no JSON: {error}") from None
    if not isinstance(value, dict):
        raise ControlError('the body is a JSON object, such as {"codes": ["rate_limited"], "times": 2}')
    return value
