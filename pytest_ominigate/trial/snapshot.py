"""A result as plain facts, to be compared with that of a healthy call."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .guarded import asked, is_plain, patiently, spoken
from .masking import Mask, shortened, steady
from .reach import Found, walk
from .received import document, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Value = str | int | float | bool | None

_VOLATILE = frozenset({
    "attempt", "attempts", "backoff", "call", "calls", "count", "counts", "created", "date", "delay", "duration",
    "elapsed", "ended", "errors", "events", "fallback", "file", "filename", "fingerprint", "finished", "header",
    "headers", "history", "id", "ids", "key", "latency", "log", "logs", "model", "ms", "notes", "path", "provider",
    "recovered", "request", "requests", "resumed", "retried", "retries", "retry", "seconds", "slept", "started",
    "time", "times", "timestamp", "timings", "took", "trace", "tried", "tries", "usage", "uuid", "wait", "waited",
    "waits", "warning", "warnings",
})  # fmt: skip
"""Words in the name of a member that may differ between two calls that went equally well."""
_BRIEF = 60
"""Characters of a value that are shown: a picture is a long text."""
_TEXT_MEMBERS = (
    "text", "content", "output_text", "answer", "completion", "output", "reply", "response", "result", "value", "data",
    "message", "delta", "body",
)  # fmt: skip
"""Where a result keeps the text the client asked for; the likeliest first."""


class Kind(StrEnum):
    """The broad kind of a result."""

    NOTHING = "nothing"
    FLAG = "flag"
    NUMBER = "number"
    TEXT = "text"
    BYTES = "bytes"
    EXCEPTION = "exception"
    COMPOUND = "compound"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A plain value within a result."""

    place: str
    """Such as ``result.choices[0].message.content``."""
    names: tuple[str, ...]
    """The names on the way to it, without indices."""
    value: Value

    @property
    def volatile(self) -> bool:
        """Whether its name says that it may differ between calls that went equally well."""
        return any(not _VOLATILE.isdisjoint(words(name)) for name in self.names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All the plain values of a result. No live object, no API key."""

    kind: Kind
    types: tuple[str, ...]
    """The qualified names of its class and that class's bases, without ``object``."""
    leaves: tuple[Leaf, ...] = ()
    """Nearest first. A string that is a JSON document is represented by what the document holds."""
    exceptions: tuple[str, ...] = ()
    """The places at which it holds exceptions."""
    parts: tuple[str, ...] = ()
    """The qualified names of the classes of what it holds, plain values aside."""
    text: str | None = None
    """The result itself where it is a string or bytes."""

    @property
    def value(self) -> Value:
        """The result itself where it is a flag or a number; else None."""
        return next((leaf.value for leaf in self.leaves if leaf.place == "result"), None)

    @property
    def words(self) -> str:
        """All its strings, joined in order: a text that came in pieces is whole again."""
        return (self.text or "") + "".join(leaf.value for leaf in self.leaves if isinstance(leaf.value, str))


def words(name: str) -> frozenset[str]:
    """The words of a snake_case or CamelCase name, in lower case."""
    return frozenset(word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name))


def snapshot(result: object, secrets: Iterable[str] = ()) -> Snapshot:
    """The plain values within *result*, API keys masked.

    An object that blocks when it is read ends the reading; what was seen until then counts.
    """
    found: list[Found] = []
    if is_plain(result):
        found.extend(walk(result, "result"))
    else:
        patiently(lambda: found.extend(walk(result, "result")))
    return snapshot_of(found[:], Mask.of(secrets), result)


def snapshot_of(found: Sequence[Found], mask: Mask, result: object) -> Snapshot:
    """The snapshot of a result that was already walked."""
    kind = _kind(type(result))
    return Snapshot(
        kind=kind,
        types=tuple(qualified(base) for base in type(result).__mro__[:-1]),
        leaves=tuple(leaf for each in found for leaf in _leaves(each, mask)),
        parts=tuple(dict.fromkeys(qualified(type(each.value)) for each in found if not is_plain(each.value))),
        exceptions=tuple(mask(each.place) for each in found if _kind(type(each.value)) is Kind.EXCEPTION),
        text=_text(result, mask) if kind in {Kind.TEXT, Kind.BYTES} else None,
    )


def qualified(kind: type) -> str:
    """Module and name of a class."""
    return f"{kind.__module__}.{kind.__qualname__}"


def difference(result: Snapshot, healthy: Snapshot, tokens: Iterable[str] = ()) -> str:
    """What is unlike a healthy result, in words; empty where *result* looks as if the call had gone as well.

    Args:
        result: what the client returned.
        healthy: what it returns where nothing goes wrong.
        tokens: the strings that the gateway puts into a success. Where the healthy result shows some, they decide;
            else the two must agree in type and in all flags and strings that are not volatile.
    """
    if result.kind is not healthy.kind:
        return f"a healthy call returns {_named(healthy)}"
    shown = [token for token in tokens if token and _shows(healthy, token)]
    if shown:
        missing = next((token for token in shown if not _shows(result, token)), None)
        return "" if missing is None else f"a healthy call returns what the gateway sent, {_brief(missing)}"
    if healthy.kind is Kind.NUMBER:
        same = repr(result.value) == repr(healthy.value)
        return "" if same else f"a healthy call returns {healthy.value}"
    if not _related(result.types, healthy.types):
        return f"a healthy call returns {_named(healthy)}"
    others = {leaf.place: leaf.value for leaf in result.leaves}
    odd = next((leaf for leaf in healthy.leaves if not leaf.volatile and not _agrees(leaf, others)), None)
    if odd is None or _in_order(result, healthy):
        return ""
    return f"{odd.place} is {_brief(others.get(odd.place))}, in a healthy call {_brief(odd.value)}"


def text_content(result: Snapshot, tokens: Iterable[str] = ()) -> str | None:
    """The text that a result carries: itself, its pieces joined, or the member that holds the answer; None if none."""
    if result.kind in {Kind.TEXT, Kind.BYTES}:
        return result.text
    if result.kind is not Kind.COMPOUND:
        return None
    ranked = []
    for order, group in enumerate(_groups(result)):
        name = group[0].names[-1] if group[0].names else None
        text = "".join(str(leaf.value) for leaf in group)
        named = _TEXT_MEMBERS.index(name) if name in _TEXT_MEMBERS else None
        told = any(token and token.casefold() in text.casefold() for token in tokens)
        if told or name is None or named is not None:
            ranked.append((not told, name is not None, named or 0, order, text))
    return min(ranked)[-1] if ranked else None


def _groups(result: Snapshot) -> list[list[Leaf]]:
    """Its strings, those together that stand at the same place of the items of a list."""
    groups: dict[str, list[Leaf]] = {}
    for leaf in result.leaves:
        if isinstance(leaf.value, str):
            groups.setdefault(re.sub(r"\[\d+\]", "[]", leaf.place), []).append(leaf)
    return list(groups.values())


def _shows(result: Snapshot, token: str) -> bool:
    """Whether the token is there, be it in pieces, and be there others between the pieces, such as names of events."""
    texts = [result.words, *("".join(str(leaf.value) for leaf in group) for group in _groups(result))]
    return any(token.casefold() in text.casefold() for text in texts)


def _kind(kind: type) -> Kind:
    if kind is type(None):
        return Kind.NOTHING
    for base, name in (
        (bool, Kind.FLAG),
        ((int, float, Decimal, Fraction), Kind.NUMBER),
        (str, Kind.TEXT),
        ((bytes, bytearray), Kind.BYTES),
        (BaseException, Kind.EXCEPTION),
    ):
        if issubclass(kind, base):
            return name
    return Kind.COMPOUND


def _leaves(found: Found, mask: Mask) -> Iterator[Leaf]:
    for value in _values(found.value, _kind(type(found.value)), mask):
        yield Leaf(place=mask(found.place), names=tuple(mask(name) for name in found.names), value=value)


def _values(value: Any, kind: Kind, mask: Mask) -> Iterator[Value]:
    match kind:
        case Kind.NOTHING | Kind.FLAG:
            yield value
        case Kind.NUMBER:
            yield value if type(value) in {int, float} else asked(lambda: float(value), None)
        case Kind.EXCEPTION:
            yield mask(spoken(value))
        case _:
            text = _text(value, mask)
            if text is not None and document(text) is None:
                yield text


def _text(value: Any, mask: Mask) -> str | None:
    if not issubclass(type(value), (bytes, bytearray)):
        text = text_of(value)
        return None if text is None else mask(text)
    try:
        return mask(value.decode())
    except UnicodeDecodeError:
        return f"<{len(value)} bytes {hashlib.sha256(value).hexdigest()[:12]}>"


def _named(result: Snapshot) -> str:
    return result.types[0].removeprefix("builtins.") if result.kind is Kind.COMPOUND else result.kind.value


def _brief(value: Value) -> str:
    return shortened(steady(repr(value)), _BRIEF)


def _related(some: tuple[str, ...], others: tuple[str, ...]) -> bool:
    both_plain = all(names[0].startswith(("builtins.", "collections.")) for names in (some, others) if names)
    return both_plain or (bool(some and others) and (some[0] in others or others[0] in some))


def _agrees(leaf: Leaf, others: Mapping[str, Value]) -> bool:
    value = others.get(leaf.place)
    if leaf.value is None:  # also where the member is absent, but not where something has taken its place
        return value is None and not any(place.startswith((f"{leaf.place}.", f"{leaf.place}[")) for place in others)
    if isinstance(leaf.value, str) and isinstance(value, str):
        return comparable(leaf.value) == comparable(value)
    if isinstance(leaf.value, (int, float)) and not isinstance(leaf.value, bool):
        return value is not None
    return leaf.value is value


def _in_order(result: Snapshot, healthy: Snapshot) -> bool:
    """Whether a list has all the texts of the healthy one, if with others between them: it may tell of retries, too."""
    texts, others = (
        [comparable(leaf.value) for leaf in each.leaves if isinstance(leaf.value, str) and not leaf.volatile]
        for each in (healthy, result)
    )
    rest = iter(others)
    return bool(texts) and "builtins.list" in healthy.types and all(text in rest for text in texts)


def comparable(text: str) -> str:
    """The text without what differs from call to call."""
    return re.sub(r"\d+", "N", steady(text))
