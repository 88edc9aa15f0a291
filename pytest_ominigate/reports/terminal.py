"""The matrix at the end of a run: the failures and the gaps of a whole session on one screen."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from ..catalogue import load
from .grid import MEANING, Grid, Mark, grid
from .message import subject
from .model import Broken, NotRun, SessionReport, Summary, short_name
from .shape import Result
from .wording import count, joined, plain


class Span(NamedTuple):
    """A piece of a line in one style: one of the keys of `MARKUP`, or none."""

    text: str
    style: str = ""


Line = tuple[Span, ...]

MARKUP: Mapping[str, Mapping[str, bool]] = {
    "": {},
    "fail": {"red": True, "bold": True},
    "pass": {"green": True},
    "should": {"yellow": True},
    "inconclusive": {"purple": True, "bold": True},
    "bold": {"bold": True},
    "dim": {"light": True},
}
"""What each style asks of pytest's terminal writer."""

_STYLES = {Mark.FAIL: "fail", Mark.INCONCLUSIVE: "inconclusive", Mark.SHOULD: "should", Mark.PASS: "pass"}
_NARROWEST_LABEL = 20
_MOST = 12


def matrix(
    results: Iterable[Result],
    *,
    not_run: Iterable[NotRun] = (),
    width: int = 80,
    documented: Iterable[str] | None = None,
) -> list[Line]:
    """The summary of a session as lines of styled text.

    Args:
        results: in any order.
        not_run: the scenarios that were left out, with the reason.
        width: the columns of the terminal.
        documented: the codes that could have been faked; by default the catalogue's.
    """
    codes = documented if documented is not None else (entry.code for entry in load())
    report = SessionReport.of(results, not_run=not_run, documented=codes)
    lines = [*_table(grid(report.results), width)]
    for block in (_broken(report, width), _doubts(report, width), _waivers(report, width)):
        if block:
            lines += [(), *block]
    lines += [()] if lines else []
    lines += _wrapped(coverage(report), width)
    return [*lines, *_wrapped(last_line(report), width, style="fail" if report.summary["failed"] else "bold")]


def last_line(report: SessionReport) -> str:
    """The counts: what was run, what it found, and what was not run."""
    summary = report.summary
    verdicts = ((summary["passed"], "passed"), (summary["failed"], "failed"), (summary["inconclusive"], "inconclusive"))
    counted = ", ".join(f"{number} {word}" for number, word in verdicts if number)
    parts = [f"{count(summary['checks'], 'scenario')}{': ' + counted if counted else ' run'}"]
    if summary["checks"]:
        parts.append(_duties(summary))
    if report.not_run:
        parts.append(f"not run: {summary['not_run']} ({_left_out(report.not_run)})")
    return "; ".join(parts)


def _duties(summary: Summary) -> str:
    broken = [
        f"{number} {level}" for number, level in ((summary["must"], "MUST"), (summary["should"], "SHOULD")) if number
    ]
    if broken:
        word = "duty" if summary["must"] + summary["should"] == 1 else "duties"
        return f"{joined(broken)} {word} broken"
    if not summary["passed"] + summary["failed"]:
        return "nothing could be judged"
    return "no duty seen to be broken" if summary["inconclusive"] else "no duty broken"


def coverage(report: SessionReport) -> str:
    """How many of the documented errors were met; empty where all of them were, or none is known."""
    missing = report.unfaked
    if not missing:
        return ""
    met = len(report.documented) - len(missing)
    if not met:
        return f"none of the {len(report.documented)} documented errors was met"
    return f"documented errors met: {met} of {len(report.documented)}; not met: {', '.join(missing)}"


def text_of(line: Line) -> str:
    """The line without its styles."""
    return "".join(span.text for span in line)


def _left_out(items: tuple[NotRun, ...]) -> str:
    reasons: dict[str, list[NotRun]] = {}
    for item in items:
        reasons.setdefault(item.reason, []).append(item)
    parts = []
    for reason, group in reasons.items():
        operations = ", ".join(dict.fromkeys(item.operation for item in group))
        number = f"{sum(item.count for item in group)} " if len(reasons) > 1 else ""
        parts.append(plain(f"{number}{operations}: {reason}"))
    return "; ".join(parts)


def _table(found: Grid, width: int) -> Iterator[Line]:
    if not found.rows:
        return
    heads = {column: column.split("_") for column in found.columns}
    widths = {column: max(len(Mark.SHOULD), *map(len, heads[column])) + 2 for column in found.columns}
    label = max(len(plain(row)) for row in found.rows) + 2
    if label + sum(widths.values()) > width:
        label = max(min(label, width - sum(widths.values())), min(label, _NARROWEST_LABEL))
    for columns in _portions(found.columns, widths, width - label):
        yield from _heads(columns, heads, widths, label)
        for row in found.rows:
            if any((row, column) in found.cells for column in columns):
                yield _row(row, columns, found, widths, label)
    marks = {cell.mark for cell in found.cells.values()}
    legend = [f"{mark.value}: {MEANING[mark]}" for mark in Mark if mark in marks and mark is not Mark.PASS]
    yield ()
    # A word of the legend stays with its meaning.
    text = "   ".join(item.replace(" ", "\xa0") for item in [*legend, "blank: not run"])
    for line in _wrapped(text, width):
        yield (Span(text_of(line).replace("\xa0", " "), "dim"),)


def _portions(columns: tuple[str, ...], widths: Mapping[str, int], room: int) -> Iterator[tuple[str, ...]]:
    portion: list[str] = []
    for column in columns:
        if portion and sum(widths[name] for name in [*portion, column]) > room:
            yield tuple(portion)
            portion = []
        portion.append(column)
    yield tuple(portion)


def _heads(
    columns: tuple[str, ...], heads: Mapping[str, list[str]], widths: Mapping[str, int], label: int
) -> Iterator[Line]:
    for level in range(max(len(heads[column]) for column in columns)):
        words = ((heads[column] + [""] * 9)[level].ljust(widths[column]) for column in columns)
        yield (Span((" " * label + "".join(words)).rstrip(), "bold"),)


def _row(row: str, columns: tuple[str, ...], found: Grid, widths: Mapping[str, int], label: int) -> Line:
    name = plain(row)
    if len(name) > label - 2:
        name = f"{name[: label - 4]}.."
    spans = [Span(name.ljust(label))]
    for column in columns:
        cell = found.cells.get((row, column))
        if cell is None:
            spans.append(Span(" " * widths[column]))
        else:
            spans += [
                Span(cell.mark.value, _STYLES[cell.mark]),
                Span(" " * (widths[column] - len(cell.mark.value))),
            ]
    while not spans[-1].text.strip():
        spans.pop()
    return tuple(spans)


def _broken(report: SessionReport, width: int) -> list[Line]:
    duties = report.broken
    if not duties:
        return []
    name_width = max(len(plain(duty.rule)) for duty in duties[:_MOST])
    lines: list[Line] = [(Span("broken duties", "bold"), Span("   (why: pytest --ominigate-explain RULE)", "dim"))]
    for level, style in (("MUST", "fail"), ("SHOULD", "should")):
        group = [duty for duty in duties if duty.level == level]
        for duty in group[:_MOST]:
            lead = f"{plain(duty.rule):<{name_width}}  {count(len(duty.results), 'scenario'):<13} "
            room = max(width - len(lead) - 10, 24)
            lines.append((Span(f"  {level:<6}  ", style), Span(lead), Span(_examples(duty, room), "dim")))
        if group[_MOST:]:
            lines.append((Span(f"  {level:<6}  ", style), Span(f"and {len(group) - _MOST} more")))
    return lines


def _examples(duty: Broken, room: int) -> str:
    names = [plain(short_name(result)) for result in duty.results]
    shown = names[0]
    for name in names[1:]:
        if len(f"{shown}, {name}, ...") > room:
            return f"{shown}, ..."
        shown = f"{shown}, {name}"
    return shown


def _doubts(report: SessionReport, width: int) -> list[Line]:
    reasons: dict[str, list[Result]] = {}
    for result in report.with_verdict("inconclusive"):
        for reason in result["reasons"] or ["no reason was given"]:
            reasons.setdefault(reason, []).append(result)
    if not reasons:
        return []
    ranked = sorted(reasons.items(), key=lambda item: (-len(item[1]), item[0]))
    lines: list[Line] = [(Span("no verdict", "bold"),)]
    for reason, results in ranked[:_MOST]:
        who = count(len(results), "scenario") if len(results) > 1 else subject(results[0])
        lines += _wrapped(f"{who}: {plain(reason)}", width, indent=2)
    if ranked[_MOST:]:
        lines.append((Span(f"  and {count(len(ranked) - _MOST, 'reason')} more"),))
    return lines


def _waivers(report: SessionReport, width: int) -> list[Line]:
    waived: dict[tuple[str, str], int] = {}
    for result in report.results:
        for waiver in result["waived"]:
            key = (waiver["rule"], waiver["reason"])
            waived[key] = waived.get(key, 0) + 1
    lines: list[Line] = []
    for (rule, reason), number in sorted(waived.items()):
        lines += _wrapped(f"{plain(rule)} in {count(number, 'scenario')}: {plain(reason)}", width, indent=2)
    return [(Span("waived", "bold"),), *lines] if lines else []


def _wrapped(text: str, width: int, *, indent: int = 0, style: str = "") -> list[Line]:
    lead = " " * indent
    lines = textwrap.wrap(
        text,
        max(width, 40),
        initial_indent=lead,
        subsequent_indent=f"{lead}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [(Span(line, style),) for line in lines]
