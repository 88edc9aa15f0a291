"""The table of verdicts as a page: a row for each client, a column for each transport."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from pytest_ominigate.transports import TRANSPORTS

from .judging import NO_CUT, REQUESTS_ONLY, Verdict, broken
from .manifest import Library

NOTES = (NO_CUT, REQUESTS_ONLY)
"""The reasons that occur, in the order of their numbers on the page."""
_HEAD = """\
<!-- Written by docs/verdicts.py; it runs every client anew. -->

# The same verdict over every transport

Each client is judged by all scenarios of its operation, over each transport. Where a scenario was run, the verdict and
every violation (rule, level, expected, observed, at which request) are the same in all columns; the complete run
asserts it. The right clients do all that the page asks; each wrong one has known faults, mostly those that its library
brings along. The last column names the MUST duties that a client breaks.
"""


def row(library: Library, side: str, verdicts: Mapping[str, Mapping[str, Verdict]]) -> str:
    """The row of a client, from its verdicts by transport and scenario."""
    cells = [_cell(verdicts[transport].values()) for transport in TRANSPORTS]
    rules = ", ".join(sorted(broken(verdicts[TRANSPORTS[0]]))) or "none"
    return f"| {library.name}, {side} | {' | '.join(cells)} | {rules} |"


def page(rows: Iterable[str]) -> str:
    """The whole page."""
    lines = [
        _HEAD,
        f"| client | {' | '.join(TRANSPORTS)} | breaks |",
        f"|---|{'---|' * len(TRANSPORTS)}---|",
        *rows,
        "",
    ]
    lines += [f"{number}. {reason}" for number, reason in enumerate(NOTES, start=1)]
    return "\n".join([*lines, ""])


def _cell(verdicts: Iterable[Verdict]) -> str:
    counted = Counter(_kind(verdict) for verdict in verdicts)
    return ", ".join(f"{counted[kind]} {kind}" for kind in sorted(counted, key=_place))


def _kind(verdict: Verdict) -> str:
    if verdict.verdict != "inconclusive":
        return verdict.verdict
    return f"inconclusive ({', '.join(sorted({str(_number(reason)) for reason in verdict.reasons}))})"


def _number(reason: str) -> int:
    if reason not in NOTES:
        raise ValueError(f"a reason that the page does not explain: {reason}")
    return NOTES.index(reason) + 1


def _place(kind: str) -> tuple[int, str]:
    return ("pass", "fail").index(kind) if kind in ("pass", "fail") else 2, kind
