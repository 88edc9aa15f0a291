"""The matrix behind the terminal, Markdown and HTML reports: errors down, operations across."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from .model import operation_order
from .shape import Result

HEALTHY = "healthy"
_GROUPS = (
    (HEALTHY, ("healthy",)),
    ("mixed errors", ("mixed",)),
    ("undocumented code", ("unknown",)),
    ("unreadable body", ("html", "empty", "truncated", "object")),
    ("broken stream", ("stream",)),
    ("broken connection", ("connection", "cut")),
)
"""Rows of scenarios that are not about one documented code, each with the words that tell them by their names."""


class Mark(StrEnum):
    """What a cell says; the first that any of its results earns."""

    FAIL = "FAIL"
    INCONCLUSIVE = "?"
    SHOULD = "should"
    PASS = "pass"  # noqa: S105


MEANING: Mapping[Mark, str] = {
    Mark.FAIL: "a duty is broken",
    Mark.INCONCLUSIVE: "no verdict",
    Mark.SHOULD: "passed, with advice",
    Mark.PASS: "passed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The results of one row under one operation."""

    results: tuple[Result, ...]

    @property
    def mark(self) -> Mark:
        """The gravest mark among the results."""
        marks = {mark_of(result) for result in self.results}
        return next(mark for mark in Mark if mark in marks)

    @property
    def share(self) -> str:
        """How many of the results earned that mark: ``3/9``."""
        return f"{sum(mark_of(result) is self.mark for result in self.results)}/{len(self.results)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Rows and columns that occur, and the cells that were run."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell]


def mark_of(result: Result) -> Mark:
    """The mark of one result."""
    match result["verdict"]:
        case "fail":
            return Mark.FAIL
        case "inconclusive":
            return Mark.INCONCLUSIVE
        case _:
            return Mark.SHOULD if result["violations"] else Mark.PASS


def row_of(result: Result) -> str:
    """The row a result stands in: status and code, or the group of scenarios without a documented code of their own."""
    words = result["scenario"].split("_")
    group = next((row for row, signs in _GROUPS if any(sign in words for sign in signs)), None)
    if group is not None:
        return group
    parts = (result["status"], result["code"] or result["scenario"])
    return " ".join(str(part) for part in parts if part is not None)


def grid(results: Iterable[Result]) -> Grid:
    """The matrix of *results*: healthy first, then by status and code, then the other groups."""
    found: dict[tuple[str, str], list[Result]] = {}
    rows: dict[str, tuple[int, int, str]] = {}
    for result in results:
        row = row_of(result)
        rows.setdefault(row, _row_order(row, result))
        found.setdefault((row, result["operation"]), []).append(result)
    return Grid(
        rows=tuple(sorted(rows, key=rows.__getitem__)),
        columns=tuple(sorted({operation for _, operation in found}, key=operation_order)),
        cells={key: Cell(results=tuple(cell)) for key, cell in found.items()},
    )


def _row_order(row: str, result: Result) -> tuple[int, int, str]:
    groups = [name for name, _ in _GROUPS]
    if row == HEALTHY:
        return (0, 0, row)
    if row in groups:
        return (2, groups.index(row), row)
    return (1, result["status"] or 0, row)
