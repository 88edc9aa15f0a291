"""What a caller can reach from a value it holds: a bounded walk that disturbs the value as little as it can.

Read are items, instance attributes, slots, lower-case class constants, a few customary properties, an exception's
arguments, notes and chain, and what an HTTP response has already received. Private attributes count too, since the
methods of a result object commonly hand out nothing else. Nothing is called or iterated that might do I/O, and neither
requests nor the inner works of HTTP libraries are entered: they hold what was sent, not what the caller was told.
"""

from __future__ import annotations

import concurrent.futures
import io
import types
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from enum import Enum
from typing import Any

from . import received
from .guarded import MISSING, read, taken

DEPTH = 6
"""How many steps from an exception or a result the walk goes."""
NODES = 2000
"""How many values it looks at."""
ITEMS = 1000
"""How many items of one container it looks at."""

_PROPERTIES = (
    "body", "code", "content", "data", "detail", "details", "error", "errors", "exception", "failure", "headers",
    "message", "ok", "param", "payload", "reason", "request_id", "response", "status", "status_code", "success",
    "text", "type", "value",
)  # fmt: skip
_AWAY = frozenset(
    ("app", "client", "connection", "http_client", "loop", "pool", "request", "request_info", "session", "transport")
)
"""Attributes that lead to what was sent, or to who sent it."""
_CLOSED = frozenset({
    "_asyncio", "_contextvars", "_io", "_pytest", "_socket", "_ssl", "_thread", "_weakref", "aiohttp", "anyio",
    "asyncio", "contextvars", "ctypes", "functools", "h11", "h2", "http", "httpcore", "httpcore2", "httpx", "httpx2",
    "inspect", "io", "logging", "multidict", "opentelemetry", "os", "pathlib", "pluggy", "pytest", "re", "requests",
    "responses", "select", "selectors", "socket", "ssl", "threading", "trio", "unittest", "urllib", "urllib3", "vcr",
    "weakref", "yarl", __name__.partition(".")[0],
})  # fmt: skip
"""Top-level packages whose objects are not entered, apart from exceptions, responses, futures and mappings."""
_ROUTINES = (types.FunctionType, types.MethodType, types.BuiltinFunctionType, classmethod, staticmethod)


@dataclass(frozen=True, slots=True)
class Found:
    """A value within reach."""

    place: str
    """Where, such as ``exception.response.headers['x-request-id']``."""
    names: tuple[str, ...]
    """The names of the members on the way, without indices."""
    value: object


@dataclass(frozen=True, slots=True)
class _Child:
    step: str
    name: str | None
    value: object
    link: bool = False
    """Whether it is another exception of the same chain, which starts the depth anew."""


def walk(root: object, place: str, *, links: bool = True) -> Iterator[Found]:
    """All within reach of *root*, nearest first; each object once.

    Args:
        root: an exception or a result.
        place: what to call *root*.
        links: whether to follow an exception to those it groups or chains to.
    """
    queue: deque[tuple[Found, int]] = deque([(Found(place, (), root), DEPTH)])
    seen: dict[int, object] = {}  # keeps what it has seen, so that no id is used twice
    for _ in range(NODES):
        if not queue:
            return
        found, depth = queue.popleft()
        if not _plain(found.value):
            if id(found.value) in seen:
                continue
            seen[id(found.value)] = found.value
        yield found
        for child in _children(found.value) if depth else ():
            if len(queue) < NODES and (links or not child.link):
                names = found.names if child.name is None else (*found.names, child.name)
                below = DEPTH if child.link else depth - 1
                queue.append((Found(found.place + child.step, names, child.value), below))


def linked(exc: BaseException) -> Iterator[tuple[str, BaseException]]:
    """The exceptions that *exc* groups or chains to, each with the step that leads there.

    As in a traceback, a context that was suppressed (``raise ... from None``) is cut off.
    """
    if issubclass(type(exc), BaseExceptionGroup):
        members = read(exc, "exceptions")
        if isinstance(members, tuple):
            yield from ((f".exceptions[{index}]", member) for index, member in enumerate(members))
    cause, context = read(exc, "__cause__"), read(exc, "__context__")
    links = [(".__cause__", cause)]
    if cause is not None or not exc.__suppress_context__:
        links.append((".__context__", context))
    yield from ((step, link) for step, link in links if issubclass(type(link), BaseException))


def _plain(value: object) -> bool:
    return value is None or issubclass(type(value), (str, bytes, int, float))


def _root(kind: type) -> str:
    return str(kind.__module__).partition(".")[0]


def _children(value: object) -> list[_Child]:
    kind = type(value)
    return taken(_members(value, kind), ITEMS) + taken(_attributes(value, kind), ITEMS)


def _members(value: Any, kind: type) -> Iterator[_Child]:
    """What *value* holds by its kind."""
    if issubclass(kind, (str, bytes, bytearray)):
        document = received.document(received.text_of(value) or "")
        if document is not None:
            yield from _members(document, type(document))
    elif issubclass(kind, BaseException):
        yield from _exception(value)
    elif received.is_response(kind):
        yield from (_Child(f".{name}", name, part) for name, part in received.parts(value))
    elif issubclass(kind, (io.BytesIO, io.StringIO)):
        yield _Child(".getvalue()", None, value.getvalue())
    elif issubclass(kind, concurrent.futures.Future):
        if value.done() and not value.cancelled():
            yield _Child(".exception()", "exception", value.exception(), link=True)
            yield _Child(".result()", "result", value.result())
    elif issubclass(kind, Message) or (issubclass(kind, Mapping) and _root(kind) != "os"):
        yield from (_item(key, part) for key, part in value.items())
    elif _root(kind) not in _CLOSED:
        yield from _contents(value, kind)


def _contents(value: Any, kind: type) -> Iterator[_Child]:
    if issubclass(kind, Enum):
        yield _Child(".name", "name", value.name)
        yield _Child(".value", "value", value.value)
    elif issubclass(kind, (list, tuple, deque)):
        yield from _sequence(value, _fields(kind))
    elif issubclass(kind, (set, frozenset)):
        yield from _sequence(sorted(value, key=_rank), ())


def _fields(kind: type) -> tuple[str, ...]:
    """The names of the positions, if it is a named tuple."""
    return getattr(kind, "_fields", ()) if issubclass(kind, tuple) else ()


def _rank(part: object) -> tuple[str, str]:
    return type(part).__qualname__, received.text_of(part) or ""


def _sequence(value: Any, fields: tuple[str, ...]) -> Iterator[_Child]:
    for index, part in enumerate(value):
        if index < len(fields):
            yield _Child(f".{fields[index]}", fields[index], part)
        else:
            yield _Child(f"[{index}]", None, part)


def _item(key: object, part: object) -> _Child:
    if type(key) is str:
        return _Child(f"[{key[:80]!r}]", key, part)
    return _Child(f"[{key}]" if type(key) is int else "[...]", None, part)


def _exception(exc: BaseException) -> Iterator[_Child]:
    for member in ("args", "__notes__"):
        parts = read(exc, member)
        if not isinstance(parts, (list, tuple)):
            continue
        if member == "args" and issubclass(type(exc), BaseExceptionGroup):
            parts = parts[:1]  # what follows is its members, which are links
        yield from (_Child(f".{member}[{index}]", None, part) for index, part in enumerate(parts))
    yield from (_Child(step, None, link, link=True) for step, link in linked(exc))
    body = received.http_error_body(exc)
    if body is not None:
        yield _Child(".read()", "body", body)


def _attributes(value: Any, kind: type) -> Iterator[_Child]:
    """What *value* holds by name: of any exception, and of the objects of the client's own code."""
    if not issubclass(kind, BaseException) and (
        _root(kind) in _CLOSED
        or kind.__module__ in {"builtins", "collections"}
        or issubclass(kind, (type, Enum, concurrent.futures.Future))
        or received.is_response(kind)
        or issubclass(kind, _ROUTINES)
    ):
        return
    seen = set(_fields(kind))  # which are read by position
    for name in _names(value, kind):
        if name in seen or name.startswith("__") or name.lstrip("_") in _AWAY:
            continue
        seen.add(name)
        part = read(value, name)
        if part is not MISSING and not issubclass(type(part), _ROUTINES):
            yield _Child(f".{name}", name, part)


def _names(value: object, kind: type) -> Iterator[str]:
    """Attributes that are merely stored, then the customary properties that the client's own code computes."""
    for holder in ("__dict__", "__pydantic_extra__"):
        try:
            members = object.__getattribute__(value, holder)
        except AttributeError:
            continue
        if isinstance(members, dict):
            yield from list(members)
    bases = [base for base in kind.__mro__ if _root(base) not in _CLOSED and base.__module__ != "builtins"]
    for base in bases:
        slots = base.__dict__.get("__slots__", ())
        yield from (slots,) if isinstance(slots, str) else slots
        yield from (name for name, part in vars(base).items() if name.islower() and type(part) in {str, int})
    delegating = issubclass(kind, BaseException) and any("__getattr__" in vars(base) for base in bases)
    for name in _PROPERTIES:
        static = next((vars(base)[name] for base in bases if name in vars(base)), MISSING)
        if (static is MISSING and delegating) or (static is not MISSING and not issubclass(type(static), _ROUTINES)):
            yield name
