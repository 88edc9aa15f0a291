"""Reads what a call returned to its end, as its caller would: a stream has not ended when it is handed over."""

from __future__ import annotations

import io
from typing import Any

_MOST = 100_000
"""Pieces; a stream without an end has a beginning that tells enough."""


def is_stream(value: object) -> bool:
    """Whether it yields its pieces one by one, once. A file does, too, but holds what the caller asked for."""
    kind = type(value)
    return hasattr(kind, "__next__") and hasattr(kind, "__iter__") and not issubclass(kind, io.IOBase)


def is_async_stream(value: object) -> bool:
    """The same in an event loop."""
    kind = type(value)
    return hasattr(kind, "__anext__") and hasattr(kind, "__aiter__")


def is_unread(value: object) -> bool:
    """Whether more is to come than is there."""
    return is_stream(value) or is_async_stream(value) or _is_open(value)


def read(value: Any) -> Any:
    """What a caller has who reads *value* to its end: the pieces of a stream, or a response with its body.

    Raises:
        Exception: whatever the client raises when it is read.
    """
    if is_stream(value):
        return _whole(value, [piece for piece, _ in zip(value, range(_MOST), strict=False)])
    if _is_open(value) and not _is_async(value):
        _ = value.read() if hasattr(value, "read") else value.content
    return value


async def aread(value: Any) -> Any:
    """The same in an event loop, of what can be read there only as well."""
    if is_async_stream(value):
        pieces = []
        async for piece in value:
            pieces.append(piece)  # what came before an exception is not needed, but the limit is
            if len(pieces) == _MOST:
                break
        return _whole(value, pieces)
    if _is_open(value) and _is_async(value):
        await (value.aread() if hasattr(value, "aread") else value.read())
        return value
    return read(value)


def _whole(stream: Any, pieces: list[Any]) -> list[Any]:
    # A stream of a class of its own may know more at its end, such as an error.
    return pieces if type(stream).__module__ == "builtins" else [*pieces, stream]


# -- responses of HTTP libraries, which are handed over before their bodies --------------------------------------------


def _is_open(value: object) -> bool:
    library = type(value).__module__.partition(".")[0]
    if library in ("httpx", "httpx2"):
        return getattr(value, "is_stream_consumed", True) is False
    if library == "requests":
        return getattr(value, "_content_consumed", True) is False
    return library == "aiohttp" and getattr(value, "_body", b"") is None and getattr(value, "closed", True) is False


def _is_async(response: Any) -> bool:
    stream = getattr(response, "stream", None)
    return type(response).__module__.startswith("aiohttp") or (
        hasattr(type(stream), "__aiter__") and not hasattr(type(stream), "__iter__")
    )
