"""What a caller can read, and where an API key shows: in the exception or the result it got, and in the log."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from ..timeline import Clue
from .guarded import read, spoken
from .reach import Found, linked, walk
from .received import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .masking import Mask

_LINKS = 50
"""How many exceptions of a chain are followed."""
_RECORD_ATTRIBUTES = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def chain(exc: BaseException) -> list[tuple[str, BaseException]]:
    """*exc* and all it groups or chains to, each once, with its place."""
    found = [("exception", exc)]
    for place, link in found:
        for step, other in linked(link):
            if len(found) < _LINKS and all(other is not known for _, known in found):
                found.append((place + step, other))
    return found


def clues(found: Iterable[Found], mask: Mask) -> Iterator[Clue]:
    """A clue for each text within reach, keys masked."""
    for each in found:
        for place, text in _texts(each):
            if text:
                yield Clue(place=mask(place), text=mask(text))


def _texts(found: Found) -> Iterator[tuple[str, str]]:
    value, kind, place = found.value, type(found.value), found.place
    if issubclass(kind, BaseException):
        yield f"type({place})", kind.__qualname__
        yield f"str({place})", spoken(value)
        yield f"repr({place})", spoken(value, repr)
    else:
        yield place, text_of(value) or ""


def told(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """The texts that an exception or a result gives of itself, with their places: what ends up in logs and reports."""
    if not issubclass(type(value), BaseException):
        yield f"str({place})", spoken(value)
        yield f"repr({place})", spoken(value, repr)
        return
    links = chain(value)
    for at, exc in links:
        yield f"str({at})", spoken(exc)
        yield f"repr({at})", spoken(exc, repr)
        yield f"{at}.args", spoken(read(exc, "args"), repr)
        yield f"{at}.__notes__", spoken(read(exc, "__notes__"), repr)
    yield "traceback", "\n".join(_printed(exc) for _, exc in links)


def _printed(exc: BaseException) -> str:
    # As the end of a traceback, without the stack: its source lines are the project's own text, which may well spell
    # out the key that it tests with.
    notes = read(exc, "__notes__")
    lines = [f"{type(exc).__qualname__}: {spoken(exc)}", *(notes if isinstance(notes, list) else [])]
    return "\n".join(spoken(line) for line in lines)


def log_clues(records: Iterable[logging.LogRecord], mask: Mask) -> Iterator[Clue]:
    """A clue for each log record's text and for each of its extra attributes, keys masked."""
    for record in records:
        for place, text in _recorded(record):
            if text:
                yield Clue(place=mask(place), text=mask(text))


def log_leaks(records: Iterable[logging.LogRecord], mask: Mask) -> list[str]:
    """The log records in which a key shows, by the names of their loggers."""
    guilty = {record.name for record in records if any(mask.sees(text) for _, text in _recorded(record))}
    return [mask(f"log record of {name!r}") for name in sorted(guilty)]


def _recorded(record: logging.LogRecord) -> Iterator[tuple[str, str]]:
    place = f"log record of {record.name!r}"
    text = read(record, "message")  # written when it was logged: its arguments may have changed since
    yield place, text if isinstance(text, str) else spoken(record, logging.LogRecord.getMessage)
    exc = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    if exc is not None:
        yield f"{place}.exc_info", "\n".join(_printed(link) for _, link in chain(exc))
    extra = {name: part for name, part in vars(record).items() if name not in _RECORD_ATTRIBUTES}
    for found in walk(extra, place):
        yield from _texts(found)


def leaks(value: object, place: str, mask: Mask) -> list[str]:
    """The places in which an exception or a result shows a key to whoever prints it."""
    return [at for at, text in told(value, place) if mask.sees(text)]
