"""Text that may be shown: API keys masked, and all that differs from run to run taken out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

KEY = "[key]"
LONGEST = 64 * 1024
"""Longer texts are cut to this many characters."""
_ANY_KEY = re.compile(r"sk-omg-[A-Za-z0-9_.-]+")
"""Keys that were never sent are hidden as well."""
_SHORTEST_SECRET = 8
"""Shorter keys are no secrets but placeholders; as words they turn up anywhere."""


@dataclass(frozen=True, slots=True)
class Mask:
    """Finds API keys in a text, and hides them."""

    secrets: tuple[str, ...] = ()

    @classmethod
    def of(cls, secrets: Iterable[str]) -> Mask:
        """A mask for *secrets*, the longest first, so that a key within a key leaves no rest."""
        known = sorted({key for key in secrets if len(key) >= _SHORTEST_SECRET})
        return cls(tuple(sorted(known, key=len, reverse=True)))

    def __call__(self, text: str) -> str:
        """*text* with each key replaced, and cut to a bearable length."""
        text = text[: 2 * LONGEST]
        for key in self.secrets:
            text = text.replace(key, KEY)
        return _ANY_KEY.sub(KEY, text)[:LONGEST]

    def sees(self, text: str) -> bool:
        """Whether a key stands in *text*."""
        return any(key in text for key in self.secrets)


_UNSTEADY = (
    (re.compile(r"\b0x[0-9a-fA-F]+\b"), "0x..."),
    (re.compile(r"\b((?:[a-z]+[-_])+omg[-_])[0-9A-Za-z_-]+"), r"\1..."),
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE), "..."),
    (re.compile(r"(?<!bytes )\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{12,}\b"), "..."),
    (re.compile(r"((?:127\.0\.0\.1|localhost|\[::1\])):\d+"), r"\1:PORT"),
    (re.compile(r"('(?:127\.0\.0\.1|localhost|::1)',) \d+"), r"\1 PORT"),
    (re.compile(r"\bport=\d+"), "port=PORT"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"), "TIME"),
    (re.compile(r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*, \d\d?[ -]\w{3}[ -]\d{2,4} \d\d:\d\d:\d\d GMT"), "TIME"),
    (re.compile(r"\b1\d{9}(?:\.\d+)?\b"), "TIME"),
    (re.compile(r"\b\d+\.\d{3,}(?:e-?\d+)?\b"), "N.N"),
    (re.compile(r"(?<![\w:/.])/(?:tmp|private|var)/[^\s'\",;)]+"), "PATH"),
    (re.compile(r"\btmp[a-z0-9_]{8}\b"), "tmp..."),
)


def steady(text: str) -> str:
    """*text* on one line, without what differs between two runs: addresses, ports, ids, dates, measured times."""
    text = " ".join(text.split())
    for pattern, replacement in _UNSTEADY:
        text = pattern.sub(replacement, text)
    return text


def shortened(text: str, width: int = 120) -> str:
    """*text* cut to *width* characters, dots at the cut."""
    return text if len(text) <= width else text[: width - 3].rstrip() + "..."
