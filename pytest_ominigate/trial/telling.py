"""Whether something the caller got tells of the failure, and of which one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..timeline import Reply, ReplyKind
from .contrast import REASONS, VERDICTS, WELL, tells_apart
from .snapshot import Leaf, Snapshot, Value, words

if TYPE_CHECKING:
    from collections.abc import Iterable

_TROUBLE = frozenset({
    "aborted", "denied", "err", "error", "errors", "exc", "exception", "exceptions", "failed", "failure", "failures",
    "fault", "incomplete", "interrupted", "partial", "problem", "problems", "reason", "rejected", "refused",
    "truncated", "unavailable", "unfinished",
})  # fmt: skip
"""Words in the name of a member or of a class that stand for a failure."""
_NO_MATTER = frozenset((None, False, 0, "", "OK", "ok", "none"))
"""What such a member says where nothing is wrong."""
_WITH_ERROR_STATUS = frozenset((ReplyKind.ERROR, ReplyKind.UNREADABLE))


@dataclass(frozen=True, slots=True)
class Facts:
    """What one could tell of the failed replies."""

    words: tuple[str, ...] = ()
    """Codes, types, messages and request ids, in lower case."""
    statuses: tuple[int, ...] = ()
    pages: tuple[str, ...] = ()
    """Bodies without a readable code, in lower case."""

    @classmethod
    def of(cls, replies: Iterable[Reply]) -> Facts:
        """The facts of the failed ones of *replies*."""
        failed = [reply for reply in replies if reply.kind.failed]
        told = {word for reply in failed for word in (reply.code, reply.type, reply.message, reply.request_id)}
        statuses = {reply.status for reply in failed if reply.status is not None and reply.kind in _WITH_ERROR_STATUS}
        return cls(
            words=tuple(sorted(word.lower() for word in told if word)),
            statuses=tuple(sorted(statuses)),
            pages=tuple(sorted({reply.page.lower() for reply in failed if reply.page.strip()})),
        )

    def in_value(self, value: Value) -> bool:
        """Whether *value* names one of the facts."""
        if isinstance(value, str):
            text = value.lower()
            return (
                any(word in text for word in self.words)
                or re.sub(r"[^a-z0-9]+", "_", text) in self.words
                or any(re.search(rf"\b{status}\b", text) for status in self.statuses)
            )
        return isinstance(value, int) and not isinstance(value, bool) and value in self.statuses

    def told_by(self, value: Value) -> bool:
        """The same for a value that is handed to a caller: a page handed out as it came is taken for the answer."""
        if isinstance(value, str):
            for page in self.pages:
                value = _without(page, value.lower())
        return self.in_value(value)


def _without(page: str, text: str) -> str:
    """*text* without the *page*, however its lines are broken; nothing where it is but the beginning of the page."""
    if "".join(page.split()).startswith("".join(text.split())):
        return ""
    return re.sub(r"(?:\s|\\[nrt])*".join(map(re.escape, page.split())), " ", text)


def tells_failure(result: Snapshot, healthy: Snapshot | None, facts: Facts, tokens: Iterable[str] = ()) -> bool:
    """Whether a returned value itself tells the caller that the call failed.

    It does if it names one of *facts*, holds an exception, fills a member named for an error, sets a flag named for
    success to False, or is of a class named for a failure, and the healthy result does not do the same; or if its build
    sets it apart from the healthy one, which shows some of *tokens*. A bare False, None, empty or fallback text tells
    nothing.
    """
    usual = {(leaf.place, leaf.value) for leaf in healthy.leaves} if healthy else set()
    news = [leaf for leaf in result.leaves if (leaf.place, leaf.value) not in usual]
    return (
        len(result.exceptions) > len(healthy.exceptions if healthy else ())
        or facts.told_by(result.text)
        or any(facts.told_by(leaf.value) for leaf in news)
        or any(_troubled(leaf) and not _filled(leaf.names, healthy) for leaf in news)
        or any(_unwell(leaf, healthy) for leaf in news)
        or _typed_for_failure(result, healthy)
        or (healthy is not None and tells_apart(result, healthy, tokens))
    )


def _troubled(leaf: Leaf) -> bool:
    """A member named for an error that says something."""
    return leaf.value not in _NO_MATTER and any(
        name not in REASONS and not _TROUBLE.isdisjoint(words(name)) for name in leaf.names
    )


def _filled(names: tuple[str, ...], snapshot: Snapshot | None) -> bool:
    return snapshot is not None and any(leaf.names == names and leaf.value for leaf in snapshot.leaves)


def _unwell(leaf: Leaf, healthy: Snapshot | None) -> bool:
    """A flag named for success that is down, or a verdict that is worded as a failure."""
    if not leaf.names:  # as in a pair of an answer and whether it is one
        up = Leaf(place=leaf.place, names=(), value=True)
        return leaf.value is False and leaf.place != "result" and healthy is not None and up in healthy.leaves
    if leaf.value is False and not WELL.isdisjoint(words(leaf.names[-1])):
        return healthy is None or _filled(leaf.names, healthy)
    verdict = any(name.lower() in VERDICTS or name in REASONS for name in leaf.names[-2:])  # an enum's is deeper
    return verdict and isinstance(leaf.value, str) and not _TROUBLE.isdisjoint(words(leaf.value.lower()))


def _typed_for_failure(result: Snapshot, healthy: Snapshot | None) -> bool:
    usual = (*healthy.types, *healthy.parts) if healthy else ()
    strange = [name.rpartition(".")[2] for name in (*result.types, *result.parts) if name not in usual]
    return any(not (_TROUBLE | {"left"}).isdisjoint(words(name)) for name in strange)
