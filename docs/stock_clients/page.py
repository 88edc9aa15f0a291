"""Writes the page from the stored results."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from results import Result
from rows import ROWS, Row
from wording import where

HERE = Path(__file__).parent
PAGE = HERE.parent / "stock-clients.md"
NOTE = "<!-- Written by docs/stock_clients; run python3 docs/stock_clients --render after a change there. -->"
INTRODUCTION = """\
# What stock clients get wrong

Each row is a real run of `pytest --ominigate-errors` on a widely used library, set up as its own documentation shows
and otherwise left alone, in an environment of its own. `python3 docs/stock_clients` makes this page; the fixtures stand
in [stock_clients/clients](stock_clients/clients), what they need in [stock_clients/rows.toml](stock_clients/rows.toml),
the bare results in [stock_clients/results.json](stock_clients/results.json).

"Most requests" is the largest number of attempts at one piece of work that a single call made in any scenario. A client
that still sends at the fiftieth request is stopped. Rules are explained in [rules](rules/README.md), codes in
[codes](codes/README.md).
"""
HEADINGS = ("client", "versions", "scenarios", "passed", "failed", "inconclusive", "broken MUST rules", "most requests")


def write(results: Mapping[str, Result]) -> None:
    """Write it anew."""
    PAGE.write_text(render(results), "utf-8")


def render(results: Mapping[str, Result]) -> str:
    """The page's text."""
    rows = [row for row in ROWS.values() if row.name in results]
    lines = [NOTE, "", INTRODUCTION, _line(HEADINGS), "|" + "---|" * len(HEADINGS)]
    lines += [_line(_cells(row, results[row.name])) for row in rows]
    lines += ["", *(_footnote(row, results[row.name]) for row in rows), "", "## Broken SHOULD rules", ""]
    lines += ["| client | broken SHOULD rules |", "|---|---|"]
    lines += [_line((row.title, _rules(results[row.name], "should"))) for row in rows]
    return "\n".join(lines) + "\n\n" + (HERE / "comparison.md").read_text("utf-8")


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(row: Row, result: Result) -> tuple[str, ...]:
    most = result["most"]
    return (
        f"{row.title} [^{row.name}]",
        ", ".join(f"{name} {version}" for name, version in _shown(row, result)),
        str(sum(result["operations"].values())),
        str(result["passed"]),
        str(result["failed"]),
        str(result["inconclusive"]),
        _rules(result, "must"),
        f"{most['requests']}{', stopped' if 'endless-retry' in result['must'] else ''}, in `{most['scenario']}`",
    )


def _shown(row: Row, result: Result) -> list[tuple[str, str]]:
    return [(name, result["installed"][name]) for name in row.shows]


def _rules(result: Result, level: str) -> str:
    broken = result["must"] if level == "must" else result["should"]
    said = [
        f"[{rule}](rules/{rule}.md): {where(rule, each, result['met'], result['operations'])}"
        for rule, each in sorted(broken.items())
    ]
    return "<br>".join(said) or "none"


def _footnote(row: Row, result: Result) -> str:
    operations = ", ".join(f"{name} {count}" for name, count in sorted(result["operations"].items()))
    parts = [f"{row.setup}.", f"Scenarios: {operations}."]
    parts += [f"Layers: {text.rstrip('.')}." for text in result["layers"]]
    parts += [f"Inconclusive: {len(names)} ({reason})." for reason, names in sorted(result["unknown"].items())]
    return f"[^{row.name}]: {' '.join(parts)}"
