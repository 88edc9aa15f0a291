"""The HTML report: one page that needs nothing else, readable without scripts, filtered with them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from html import escape
from string import Template

from .grid import MEANING, Mark, grid, mark_of, row_of
from .html_page import PAGE
from .json_report import as_data
from .markdown import title
from .message import headline
from .model import SessionReport, short_name
from .shape import Result, Shown
from .svg import timeline_svg
from .table import timeline_lines
from .terminal import coverage, last_line
from .wording import plain, sentence

_KIND = {Mark.FAIL: "fail", Mark.INCONCLUSIVE: "open", Mark.SHOULD: "should", Mark.PASS: "pass"}
_ORDER = list(Mark)
_LONGEST = 200


def render(report: SessionReport) -> str:
    """The page: counts, matrix, broken duties, then every scenario with its timeline, the failing ones first."""
    results = sorted(report.results, key=lambda result: _ORDER.index(mark_of(result)))
    ids = {id(result): f"s{number}" for number, result in enumerate(results, 1)}
    missing = sentence(coverage(report))
    return Template(PAGE).substitute(
        title=escape(title(report)),
        counts=escape(sentence(last_line(report))),
        coverage=f"<p>{escape(missing)}</p>" if missing else "",
        plugin=escape(f"pytest-ominigate {report.plugin}".strip()),
        matrix=_wide(_matrix(report, ids), 'aria-labelledby="matrix"'),
        duties=_duties(report),
        marks=_options((mark.value, f"{mark.value}: {MEANING[mark]}") for mark in _met(results)),
        operations=_options((name, name) for name in grid(results).columns),
        rows=_options((name, name) for name in grid(results).rows),
        rules=_options((name, name) for name in dict.fromkeys(duty.rule for duty in report.broken)),
        scenarios="\n".join(_scenario(result, ids[id(result)]) for result in results),
        data=_embedded(report),
    )


def _met(results: Iterable[Result]) -> list[Mark]:
    marks = {mark_of(result) for result in results}
    return [mark for mark in Mark if mark in marks]


def _matrix(report: SessionReport, ids: Mapping[int, str]) -> str:
    found = grid(report.results)
    if not found.rows:
        return "<p>Nothing was run.</p>"
    heads = "".join(f'<th scope="col">{_text(column).replace("_", "_<wbr>")}</th>' for column in found.columns)
    lines = [f'<thead><tr><th scope="col">error</th>{heads}</tr></thead>', "<tbody>"]
    for row in found.rows:
        cells = []
        for column in found.columns:
            cell = found.cells.get((row, column))
            if cell is None:
                cells.append('<td><span class="hidden">not run</span></td>')
                continue
            first = next(result for result in cell.results if mark_of(result) is cell.mark)
            said = f"{escape(cell.mark.value)} <small>{cell.share}</small>"
            link = f'href="#{ids[id(first)]}" data-row="{_text(row)}" data-operation="{_text(column)}"'
            cells.append(f'<td class="{_KIND[cell.mark]}"><a {link}>{said}</a></td>')
        lines.append(f'<tr><th scope="row">{_text(row)}</th>{"".join(cells)}</tr>')
    return f"<table>{''.join(lines)}</tbody></table>"


def _duties(report: SessionReport) -> str:
    if not report.broken:
        return ""
    lines = []
    for duty in report.broken:
        key = (duty.level, duty.rule)
        shown = next(item for item in duty.results[0]["violations"] if (item["level"], item["rule"]) == key)
        kind = "fail" if duty.level == "MUST" else "should"
        cells = f'<td class="{kind}">{duty.level}</td><th scope="row">{_text(duty.rule)}</th>'
        lines.append(f"<tr>{cells}<td>{_text(shown['duty'])}</td><td class=number>{len(duty.results)}</td></tr>")
    heads = "".join(f'<th scope="col">{word}</th>' for word in ("level", "rule", "duty", "scenarios"))
    table = f"<table class=duties><thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    heading = '<h2 id="broken">Broken duties</h2>'
    scrolling = _wide(table, 'aria-labelledby="broken"')
    return f'<section aria-labelledby="broken">{heading}{scrolling}</section>'


def _scenario(result: Result, anchor: str) -> str:
    mark = mark_of(result)
    rules = list(dict.fromkeys(violation["rule"] for violation in result["violations"]))
    facts = {
        "mark": mark.value,
        "operation": result["operation"],
        "row": row_of(result),
        "rules": " ".join(rules),
    }
    data = "".join(f' data-{name}="{_text(value)}"' for name, value in facts.items())
    summary = (
        f'<span class="mark {_KIND[mark]}">{escape(mark.value)}</span> <code>{_text(short_name(result))}</code>'
        f' <span class="rules">{_text(", ".join(rules))}</span>'
    )
    return f'<details class="scenario" id="{anchor}"{data}><summary>{summary}</summary>\n{_body(result)}</details>'


def _body(result: Result) -> str:
    guilty = {violation["at"] for violation in result["violations"] if violation["at"] is not None}
    blocks = [f"<p><strong>{_text(headline(result))}</strong><br><small>{_text(result['nodeid'])}</small></p>"]
    blocks += (_finding(violation) for violation in result["violations"])
    for name, items in (
        ("why there is no verdict" if result["verdict"] == "inconclusive" else "why", result["reasons"]),
        ("advice", result["advice"]),
        ("waived", [f"{waiver['rule']}: {waiver['reason']}" for waiver in result["waived"]]),
    ):
        if items:
            blocks.append(f"<p>{name}</p><ul>{''.join(f'<li>{_text(item)}</li>' for item in items)}</ul>")
    if result["timeline"]:
        drawing = timeline_svg(result["timeline"], guilty)
        lines = escape("\n".join(timeline_lines(result["timeline"], guilty, longest=_LONGEST)))
        blocks.append(_wide(drawing, 'aria-label="timeline"'))
        blocks.append(f"<details><summary>timeline as text</summary><pre>{lines}</pre></details>")
    return "\n".join(blocks)


def _finding(violation: Shown) -> str:
    section = f" [{violation['section']}]" if violation["section"] else ""
    told = (
        ("duty", f"{violation['duty']}{section}" if violation["duty"] else ""),
        ("expected", violation["expected"]),
        ("observed", violation["observed"]),
        ("next", violation["next"]),
    )
    items = "".join(f"<dt>{label}</dt><dd>{_text(text)}</dd>" for label, text in told if text)
    command = f"<dt>why</dt><dd><code>pytest --ominigate-explain {_text(violation['rule'])}</code></dd>"
    kind = "fail" if violation["level"] == "MUST" else "should"
    return f'<h3 class="{kind}">{_text(violation["rule"])} ({violation["level"]})</h3>\n<dl>{items}{command}</dl>'


def _wide(content: str, name: str) -> str:
    # What scrolls sideways must be in reach of the keyboard.
    return f'<div class="wide" tabindex="0" role="group" {name}>{content}</div>'


def _options(choices: Iterable[tuple[str, str]]) -> str:
    return "".join(f'<option value="{_text(value)}">{_text(label)}</option>' for value, label in choices)


def _embedded(report: SessionReport) -> str:
    # Inside a script element only "<" could end the data early; the other two are for old readers of XHTML.
    data = json.dumps(as_data(report), separators=(",", ":"))
    return data.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _text(text: str) -> str:
    return escape(plain(text))
