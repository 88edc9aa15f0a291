"""Markdown for a GitHub step summary or a merge request: counts, matrix, failing scenarios."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from .grid import MEANING, Mark, grid
from .message import failure_message, inconclusive_message
from .model import SessionReport, short_name
from .shape import Result
from .terminal import coverage, last_line
from .wording import count, plain, sentence

LIMIT = 900_000
"""Bytes. GitHub drops a step summary as a whole when it is larger than 1 MiB."""

_ROOM_FOR_NOTE = 200
_CELL = {Mark.FAIL: "**FAIL**"}


def render(report: SessionReport, *, limit: int = LIMIT) -> str:
    """The summary; scenarios that do not fit into *limit* bytes are counted instead.

    Counts, matrix and the table of duties are always whole: they do not grow with the number of scenarios.
    """
    counts, missing = sentence(last_line(report)), sentence(coverage(report))
    blocks = [f"## {title(report)}", counts, missing, _matrix(report), _duties(report)]
    text = "\n\n".join(block for block in blocks if block) + "\n"
    for heading, verdict, message in (
        ("Failing scenarios", "fail", failure_message),
        ("Scenarios without a verdict", "inconclusive", inconclusive_message),
    ):
        results = report.with_verdict(verdict)
        text += _section(heading, ((result, message(result)) for result in results), len(results), limit - len(text))
    return text


def title(report: SessionReport) -> str:
    """The outcome in a few words."""
    summary = report.summary
    if not summary["checks"]:
        return "OminiGate: nothing was judged"
    if summary["failed"]:
        return f"OminiGate: {summary['failed']} of {count(summary['checks'], 'scenario')} failed"
    if summary["inconclusive"] == summary["checks"]:
        return f"OminiGate: no verdict on any of {count(summary['checks'], 'scenario')}"
    if summary["inconclusive"]:
        return f"OminiGate: no failure, but {count(summary['inconclusive'], 'scenario')} without a verdict"
    return f"OminiGate: {count(summary['checks'], 'scenario')} passed"


def _matrix(report: SessionReport) -> str:
    found = grid(report.results)
    if not found.rows:
        return ""
    lines = [f"| | {' | '.join(_cell(column) for column in found.columns)} |", "|---|" + ":-:|" * len(found.columns)]
    for row in found.rows:
        cells = (found.cells.get((row, column)) for column in found.columns)
        marks = (f"{_CELL.get(cell.mark, cell.mark.value)} {cell.share}" if cell else "" for cell in cells)
        lines.append(f"| {_cell(row)} | {' | '.join(marks)} |")
    marks_met = {cell.mark for cell in found.cells.values()}
    legend = [f"{_CELL.get(mark, mark.value)}: {MEANING[mark]}" for mark in Mark if mark in marks_met]
    return "\n".join([*lines, "", f"{', '.join(legend)}; blank: not run. 3/9: three of nine scenarios."])


def _duties(report: SessionReport) -> str:
    if not report.broken:
        return ""
    lines = ["| level | broken duty | scenarios |", "|---|---|--:|"]
    lines += [f"| {duty.level} | {_cell(duty.rule)} | {len(duty.results)} |" for duty in report.broken]
    return "\n".join(lines)


def _section(heading: str, items: Iterable[tuple[Result, str]], total: int, room: int) -> str:
    if not total:
        return ""
    text = f"\n### {heading}\n"
    for shown, (result, message) in enumerate(items):
        block = _details(result, message)
        if len(text) + len(block) > room - _ROOM_FOR_NOTE:
            return f"{text}\n{count(total - shown, 'more scenario')} left out to keep this summary short.\n"
        text += block
    return text


def _details(result: Result, message: str) -> str:
    rules = dict.fromkeys(violation["rule"] for violation in result["violations"])
    said = f": {escape(plain(', '.join(rules)))}" if rules else ""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", message)), default=0))
    summary = f"<code>{escape(plain(short_name(result)))}</code>{said}"
    return f"\n<details><summary>{summary}</summary>\n\n{fence}text\n{message}\n{fence}\n\n</details>\n"


def _cell(text: str) -> str:
    # Underscores and stars in names are no emphasis, a bar is no border.
    return re.sub(r"([\\`*_{}\[\]<>|])", r"\\\1", plain(text))
