"""What HTTP libraries have received and keep: the parts of a response that can be read without any I/O."""

from __future__ import annotations

import io
import json
import sys
from datetime import date, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from uuid import UUID

from .guarded import asked
from .masking import LONGEST

if TYPE_CHECKING:
    from collections.abc import Iterator

_LIBRARIES = frozenset({"aiohttp", "http", "httpx", "httpx2", "requests", "urllib3"})
_TEXTUAL = (int, float, complex, Decimal, Fraction, date, time, timedelta, UUID, PurePath)
_CACHED_METHODS = ("peek", "read", "read1", "readinto", "readline", "readlines")
_BODY_LIMIT = 16 * LONGEST


def text_of(value: object) -> str | None:
    """The text of a plain value: a string, bytes, a number, a date, a path or a URL; None for all else."""
    kind = type(value)
    if issubclass(kind, str):
        return str.__str__(value)
    if issubclass(kind, (bytes, bytearray)):
        return bytes(value[: 2 * LONGEST]).decode(errors="replace")  # type: ignore[index]
    if kind is bool:
        return None
    if issubclass(kind, _TEXTUAL) or kind.__name__ == "URL":
        return asked(lambda: str(value), None)
    return None


def document(text: str) -> dict[str, Any] | list[Any] | None:
    """The JSON object or array that *text* holds, or None."""
    if len(text) > LONGEST or not text.lstrip().startswith(("{", "[")):
        return None
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, (dict, list)) else None


def is_response(kind: type) -> bool:
    """Whether *kind* is a response class of an HTTP library, or derived from one."""
    return any(
        base.__name__.endswith("Response") and str(base.__module__).partition(".")[0] in _LIBRARIES
        for base in kind.__mro__
    )


def parts(response: Any) -> Iterator[tuple[str, object]]:
    """Status, reason, headers and, where it was received, the body of a response."""
    for name in ("status_code", "status", "reason", "headers"):
        part = getattr(response, name, None)
        if part is not None:
            yield name, part
    for name in ("_content", "_body"):  # where requests, httpx, aiohttp and urllib3 keep a body once it is read
        body = getattr(response, name, None)
        if isinstance(body, (bytes, str)):
            yield "text", body
            return


def http_error_body(exc: Any) -> bytes | None:
    """The body of a ``urllib.error.HTTPError``, left readable for the caller; None for other exceptions.

    The body is fetched from the connection, which has delivered it by the time an exception is looked at.
    """
    urllib_error = sys.modules.get("urllib.error")
    if urllib_error is None or not issubclass(type(exc), urllib_error.HTTPError) or exc.fp is None or exc.fp.closed:
        return None
    if isinstance(exc.fp, io.BytesIO):
        return exc.fp.getvalue()[exc.fp.tell() :]
    connection = exc.fp
    try:
        body = connection.read(_BODY_LIMIT)
    except Exception as broken:  # a body cut short, in whatever way: keep what had arrived
        body = getattr(broken, "partial", b"")
    if not isinstance(body, bytes):
        return None
    connection.close()
    exc.fp = exc.file = io.BytesIO(body)
    for name in _CACHED_METHODS:  # bound to the connection at their first use
        exc.__dict__.pop(name, None)
    return body
