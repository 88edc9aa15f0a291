"""What sets a result apart from that of a healthy call, by its build alone: people word failures in any language."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .snapshot import Kind, Leaf, Snapshot, Value, comparable, words

if TYPE_CHECKING:
    from collections.abc import Iterable

WELL = frozenset((
    "complete", "completed", "done", "finished", "full", "ok", "succeeded", "success", "successful", "valid", "whole",
))  # fmt: skip
"""Words in the name of a flag that says whether the call went well, and words of such a verdict."""
VERDICTS = frozenset(["kind", "outcome", "result", "state", "status"])
"""Members that hold a verdict in one word."""
REASONS = frozenset(("finish_reason", "stop_reason", "finishReason", "stopReason"))
"""Members of a success, whatever they sound like."""
_GOING_ON = frozenset((
    "active", "created", "generating", "in", "pending", "processing", "progress", "queued", "running", "started",
    "submitted", "waiting", "working",
))  # fmt: skip
"""Words of a verdict that is still to come: who says them tells of no failure."""
_SUCCESS, _FAILURE = 2, (4, 5)
"""The hundreds of the HTTP statuses."""
_ROOT = "result"


@dataclass(frozen=True, slots=True)
class _Usual:
    """What is known of healthy results."""

    values: dict[str, list[Value]]
    """By slot."""
    places: frozenset[str]
    known: frozenset[str]
    """All texts that are not empty."""
    answers: set[str]
    """The slots that hold what the gateway sent, and the lists that hold its pieces."""
    is_enum: bool

    @classmethod
    def of(cls, healthy: Snapshot, tokens: Iterable[str]) -> _Usual:
        values: dict[str, list[Value]] = {}
        for leaf in healthy.leaves:
            values.setdefault(_slot(leaf.place), []).append(leaf.value)
        return cls(
            values=values,
            places=frozenset(leaf.place for leaf in healthy.leaves),
            known=frozenset(comparable(text) for texts in _texts(healthy).values() for text in texts),
            answers=_answers(healthy, tokens),
            is_enum="enum.Enum" in healthy.types,
        )


def tells_apart(result: Snapshot, healthy: Snapshot, tokens: Iterable[str] = ()) -> bool:
    """Whether a caller who knows healthy results must see that this is none.

    So it is of another class (plain values and containers aside), has another tag where healthy ones have always the
    same, a flag or a status of the other sort, or fills another member in place of one that holds a text.
    """
    usual = _Usual.of(healthy, tokens)
    return (
        _of_another_class(result, healthy)
        or _swapped(result, healthy)
        or any(
            _tagged_otherwise(leaf, usual) or _turned(leaf, usual) or _refused(leaf, usual) for leaf in result.leaves
        )
    )


def says_more(result: Snapshot, healthy: Snapshot, tokens: Iterable[str] = ()) -> bool:
    """Whether it says anything that a healthy result does not, other than another answer: that may be the failure."""
    whole = next((leaf for leaf in result.leaves if leaf.place == _ROOT), None)
    if whole is not None:
        texts = isinstance(whole.value, str) and healthy.kind in {Kind.TEXT, Kind.BYTES, Kind.COMPOUND}
        another = any(leaf.value for leaf in healthy.leaves) and (texts or result.kind is healthy.kind)
        return bool(whole.value) and not another
    usual = _Usual.of(healthy, tokens)
    new = {
        slot
        for slot, texts in _texts(result).items()
        if any(comparable(text) not in usual.known and not _said(text) <= _GOING_ON | WELL for text in texts)
    }
    answers = usual.answers
    if not answers and usual.known and len(new) == 1 and _filled(healthy) <= _filled(result):
        answers = new  # the only text that differs
    more = new | (_filled(result) - _filled(healthy))
    return any(slot not in answers and _list_of(slot) not in answers for slot in more)


def _of_another_class(result: Snapshot, healthy: Snapshot) -> bool:
    new = [name for name in result.parts if _special(name) and name not in (*healthy.parts, *healthy.types)]
    if result.kind is Kind.COMPOUND and any(name in new for name in result.types[:1]):
        return True
    gone = any(_special(name) and name not in result.parts for name in healthy.parts)
    return bool(new) and gone and not any(map(_special, healthy.types[:1]))


def _special(name: str) -> bool:
    """Whether it is no class of Python's own: those hold answers and apologies alike."""
    return name.partition(".")[0] not in sys.stdlib_module_names


def _tagged_otherwise(leaf: Leaf, usual: _Usual) -> bool:
    slot = _slot(leaf.place)
    if not isinstance(leaf.value, str) or leaf.volatile or slot in usual.answers or not _is_tag(leaf, usual):
        return False
    tags = [value for value in usual.values.get(slot, ()) if isinstance(value, str) and value]
    return (
        bool(leaf.value and tags)
        and comparable(leaf.value) not in usual.known
        and all(re.fullmatch(r"[^\W\d]+(?:[ -][^\W\d]+){0,4}", tag) for tag in tags)
        and _said(leaf.value).isdisjoint(_GOING_ON | WELL)
    )


def _is_tag(leaf: Leaf, usual: _Usual) -> bool:
    """Whether it stands where people put a tag: before what it tags, in a member for verdicts, or as an enum's name."""
    if leaf.place.endswith("[0]"):
        beside = f"{leaf.place[:-3]}[1]"
        return any(place.startswith(beside) for place in usual.places)
    if leaf.place == _ROOT:
        return usual.is_enum
    if leaf.place.endswith(".name"):
        return f"{leaf.place.removesuffix('.name')}.value" in usual.places
    return bool(leaf.names) and leaf.names[-1].lower() in VERDICTS


def _turned(leaf: Leaf, usual: _Usual) -> bool:
    """A flag that is the other way round."""
    if not isinstance(leaf.value, bool) or not leaf.names or leaf.volatile:
        return False
    values = usual.values.get(_slot(leaf.place), [])
    return leaf.value not in values and any(isinstance(value, bool) for value in values)


def _refused(leaf: Leaf, usual: _Usual) -> bool:
    """The HTTP status of a failure, where that of a success is usual or nothing is; or an exit status that is not 0."""
    if type(leaf.value) is not int:
        return False
    values = usual.values.get(_slot(leaf.place), [])
    if leaf.place == _ROOT and values == [0] and type(values[0]) is int:
        return leaf.value != 0
    name = words(leaf.names[-1]) if leaf.names else frozenset()
    if leaf.value // 100 not in _FAILURE or (leaf.names and name.isdisjoint(("status", "code"))):
        return False
    if not values:
        return "status" in name
    return all(type(value) is int and value // 100 == _SUCCESS for value in values)


def _swapped(result: Snapshot, healthy: Snapshot) -> bool:
    """Whether a text of the healthy call is missing, and something is there that is not in the healthy call."""
    now = _filled(result)
    return bool(now - _filled(healthy)) and bool(_texts(healthy).keys() - now - {_ROOT})


def _filled(snapshot: Snapshot) -> set[str]:
    return {
        _slot(leaf.place)
        for leaf in snapshot.leaves
        if leaf.value and not leaf.volatile and REASONS.isdisjoint(leaf.names) and leaf.place != _ROOT
    }


def _texts(snapshot: Snapshot) -> dict[str, list[str]]:
    """The texts that are not empty, by slot."""
    found: dict[str, list[str]] = {}
    for leaf in snapshot.leaves:
        if isinstance(leaf.value, str) and leaf.value and not leaf.volatile and REASONS.isdisjoint(leaf.names):
            found.setdefault(_slot(leaf.place), []).append(leaf.value)
    return found


def _answers(healthy: Snapshot, tokens: Iterable[str]) -> set[str]:
    sought = [token.casefold() for token in tokens if token]

    def shows(text: str) -> bool:
        return any(token in text.casefold() for token in sought)

    texts = _texts(healthy)
    slots = {slot for slot, found in texts.items() if any(map(shows, found)) or shows("".join(found))}
    lists: dict[str, list[tuple[str, str]]] = {}
    for slot, found in texts.items():
        lists.setdefault(_list_of(slot), []).extend((slot, text) for text in found)
    for name, pieces in lists.items():
        if not any(shows(text) for _, text in pieces) and shows("".join(text for _, text in pieces)):
            slots |= {name, *(slot for slot, _ in pieces)}
    return slots


def _said(text: str) -> frozenset[str]:
    """Its words, in whatever script."""
    return frozenset(re.findall(r"[^\W\d_]+", text.lower()))


def _slot(place: str) -> str:
    """The place without the indices on the way: the items of a list are alike, the positions at its end may not be."""
    return re.sub(r"\[\d+\](?=.)", "[]", place)


def _list_of(slot: str) -> str:
    return re.sub(r"\[\d+\]$", "[]", slot)
