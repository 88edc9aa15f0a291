"""What the caller of a client under test got from a call, turned from live objects into plain facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..timeline import Clue, Ending, EndingKind, Reply
from .assertions import is_of_the_suite
from .contrast import says_more
from .deadline import timed_out
from .findable import chain, clues, leaks, log_clues, log_leaks
from .guarded import PATIENCE, is_plain, patiently, spoken
from .masking import Mask, shortened, steady
from .reach import Found, walk
from .reading import is_unread
from .snapshot import Kind, Snapshot, difference, qualified, snapshot_of, text_content
from .telling import Facts, tells_failure

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Iterable, Sequence

_THROWN = (EndingKind.RAISED, EndingKind.EXITED)


@dataclass(slots=True, kw_only=True)
class _Look:
    """What was seen so far: the looking may have to be broken off."""

    clues: list[Clue] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    logged: list[Clue] = field(default_factory=list)
    logged_leaks: list[str] = field(default_factory=list)
    message: str = ""
    result: Snapshot | None = None
    timed_out: bool = False


def build(
    kind: EndingKind,
    value: object = None,
    *,
    healthy: Snapshot | None = None,
    log_records: Iterable[logging.LogRecord] = (),
    secrets: Iterable[str] = (),
    replies: Sequence[Reply] = (),
    tokens: Iterable[str] = (),
    on_doubt: Callable[[str], None] | None = None,
    patience: float = PATIENCE,
) -> Ending:
    """The ending of a call.

    Args:
        kind: how it ended. RAISED becomes EXITED where the exception is a SystemExit.
        value: the result or the exception. That of a STOPPED call is the harness's own and not looked at.
        healthy: the result of a call where nothing went wrong, if known.
        log_records: what was logged meanwhile.
        secrets: the API keys in use.
        replies: what the requests of this call met, in order.
        tokens: the strings that the gateway puts into a success.
        on_doubt: told why, if the ending cannot be trusted.
        patience: seconds of real time after which an object that blocks when it is read is left alone.
    """
    mask, records, tokens = Mask.of(secrets), list(log_records), list(tokens)
    if kind is EndingKind.RAISED and issubclass(type(value), SystemExit):
        kind = EndingKind.EXITED
    look = _Look()

    def see() -> None:
        _see_log(look, records, mask)
        if kind is EndingKind.RETURNED:
            look.result = snapshot_of((), mask, value)  # in case the rest cannot be read
            look.result = snapshot_of(_see_value(look, value, "result", mask), mask, value)
        elif isinstance(value, BaseException) and kind in _THROWN:
            look.message = mask(spoken(value))
            _see_value(look, value, "exception", mask)
            look.timed_out = timed_out(value, replies)

    incomplete = False
    if is_plain(value) and not records:
        see()
    else:
        incomplete = not patiently(see, seconds=patience)
    if incomplete and on_doubt is not None:
        on_doubt("what the caller got blocks when it is read")
    if kind is EndingKind.RETURNED and is_unread(value):
        incomplete = True
        if on_doubt is not None:
            on_doubt("what the call returned was not read to its end: let the function that makes the call read it")
    result = look.result
    unlike = difference(result, healthy, tokens) if result and healthy else None
    tells = result is not None and tells_failure(result, healthy, Facts.of(replies), tokens)
    return Ending(
        kind=kind,
        summary=_summary(kind, value, look.message) if result is None else _returned(result, tokens),
        lineage=lineage(value) if isinstance(value, BaseException) and kind in _THROWN else (),
        clues=(*look.clues, *look.logged),
        leaks=tuple(dict.fromkeys((*look.leaks, *look.logged_leaks))),
        like_healthy=None if unlike is None else not unlike,
        unlike=unlike or "",
        tells_failure=tells,
        unclear=bool(unlike and result and healthy and not tells and says_more(result, healthy, tokens)),
        timed_out=look.timed_out,
        asserted=kind is EndingKind.RAISED and is_of_the_suite(value),
        text=text_content(result, tokens) if result else None,
        incomplete=incomplete,
    )


def lineage(exc: BaseException) -> tuple[str, ...]:
    """The qualified names of the exception's class and its bases, those of the members of a group as well, then those
    of the exceptions it chains to, with ``from`` before each name. ``object`` is left out.
    """
    own: dict[str, None] = {}
    others: dict[str, None] = {}
    for place, link in chain(exc):
        chained = ".__cause__" in place or ".__context__" in place
        for base in type(link).__mro__[:-1]:
            (others if chained else own)[f"from {qualified(base)}" if chained else qualified(base)] = None
    return (*own, *others)


def _see_log(look: _Look, records: list[logging.LogRecord], mask: Mask) -> None:
    look.logged.extend(log_clues(records, mask))
    look.logged_leaks.extend(log_leaks(records, mask))


def _see_value(look: _Look, value: object, place: str, mask: Mask) -> list[Found]:
    reached = list(walk(value, place))
    look.clues.extend(clues(reached, mask))
    look.leaks.extend(leaks(value, place, mask))
    return reached


def _summary(kind: EndingKind, value: object, message: str) -> str:
    if kind is EndingKind.STOPPED:
        return "stopped by the harness"
    if kind is EndingKind.EXITED:
        return shortened(steady(f"exited: {message}" if message else "exited"))
    name = qualified(type(value)).removeprefix("builtins.")
    return shortened(steady(f"raised {name}: {message}" if message else f"raised {name}"))


def _returned(result: Snapshot, tokens: Iterable[str]) -> str:
    name = result.types[0].removeprefix("builtins.") if result.types else "object"
    text = text_content(result, tokens)
    match result.kind:
        case Kind.NOTHING:
            told = "None"
        case Kind.FLAG | Kind.NUMBER:
            told = str(result.value)
        case Kind.TEXT:
            told = repr(text)
        case Kind.EXCEPTION:
            told = f"the exception {name}"
        case _:
            told = name if text is None else f"{name}: {text!r}"
    return shortened(steady(f"returned {told}"))
