"""GitHub workflow commands: annotations on the line where the client is built."""

from __future__ import annotations

from collections.abc import Iterator

from .model import SessionReport, short_name
from .shape import Result, Shown, place
from .terminal import last_line
from .wording import count, plain

MOST = 10
"""GitHub shows this many annotations of a kind in one step and drops the rest."""

_NAMED = 5

Key = tuple[str, str, str, int]
"""Kind, title, path and line: what shares an annotation."""


def render(report: SessionReport) -> str:
    """One command a line: errors for what failed, warnings for advice and for items without a verdict, then the counts.

    The scenarios of one client all point to the same line, so those with the same finding share an annotation.
    """
    groups: dict[Key, list[tuple[Result, list[str]]]] = {}
    for result in report.results:
        for key, text in _findings(result):
            groups.setdefault(key, []).append((result, text))
    lines = []
    for kind in ("error", "warning"):
        commands = [_annotation(key, groups[key]) for key in sorted(groups) if key[0] == kind]
        lines += commands[:MOST]
        if commands[MOST:]:
            left = count(len(commands) - MOST, f"{kind} annotation")
            lines.append(_command("notice", "ominigate", f"{left} more than GitHub shows; see the full report."))
    lines.append(_command("notice", "ominigate", last_line(report)))
    return "".join(f"{line}\n" for line in lines)


def _findings(result: Result) -> Iterator[tuple[Key, list[str]]]:
    path, line = place(result)
    if result["verdict"] == "inconclusive":
        yield ("warning", "no verdict", path, line), result["reasons"]
    elif result["verdict"] == "fail" and not result["violations"]:
        yield ("error", "failed", path, line), result["reasons"]
    seen = set()
    guilty = blamed(result)
    for violation in result["violations"]:
        if violation["rule"] not in seen:
            seen.add(violation["rule"])
            kind = "error" if violation["rule"] in guilty else "warning"
            yield (kind, f"{violation['rule']} ({violation['level']})", path, line), _text(violation)


def blamed(result: Result) -> set[str]:
    """The rules that made the item fail: those of level MUST, or all where only SHOULD duties were broken."""
    if result["verdict"] != "fail":
        return set()
    must = {violation["rule"] for violation in result["violations"] if violation["level"] == "MUST"}
    return must or {violation["rule"] for violation in result["violations"]}


def _text(violation: Shown) -> list[str]:
    told = (
        ("duty", violation["duty"]),
        ("expected", violation["expected"]),
        ("observed", violation["observed"]),
        ("next", violation["next"]),
        ("why", f"pytest --ominigate-explain {violation['rule']}"),
    )
    return [f"{label}: {text}" for label, text in told if text]


def _annotation(key: Key, members: list[tuple[Result, list[str]]]) -> str:
    kind, title, path, line = key
    names = [short_name(result) for result, _ in members]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    # The first scenario's numbers stand for all: the full report has each one's own.
    text = [f"{count(len(names), 'scenario')}: {', '.join(names[:_NAMED])}{more}", *members[0][1]]
    return _command(kind, title, "\n".join(plain(part) for part in text), path=path, line=line)


def _command(kind: str, title: str, text: str, *, path: str = "", line: int = 0) -> str:
    where = f"file={_property(path)},line={line}," if path else ""
    return f"::{kind} {where}title={_property(plain(title))}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
