"""The text of one item: what was broken, the evidence, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable

from ..catalogue import load
from .shape import Result, Shown
from .table import timeline_lines
from .wording import count, entry, joined, plain

MARKED = "marked"
"""The scenario name of a test that the user wrote."""
_MOST = 8
"""More findings than this are counted, not shown."""


def subject(result: Result) -> str:
    """What was tried: ``chat, handling 429 rate_limited (scenario recovers)``."""
    reply = " ".join(str(part) for part in (result["status"], result["code"]) if part is not None)
    handling = f", handling {reply}" if result["code"] is not None else ""
    scenario = "" if result["scenario"] == MARKED else f" (scenario {result['scenario']})"
    return plain(f"{result['operation']}{handling}{scenario}")


def headline(result: Result) -> str:
    """The verdict in one line."""
    broken = broken_text(result["violations"])
    if broken:
        return f"the client broke {broken} on {subject(result)}"
    word = {"fail": "the check failed", "inconclusive": "no verdict", "pass": "the client did its duty"}
    return f"{word[result['verdict']]} on {subject(result)}"


def broken_text(violations: Iterable[Shown]) -> str:
    """How many duties of each level were broken: ``2 MUST and 1 SHOULD``; empty where none was."""
    duties = {(violation["level"], violation["rule"]) for violation in violations}
    levels = [level for level, _ in duties]
    return joined([f"{levels.count(level)} {level}" for level in ("MUST", "SHOULD") if level in levels])


def failure_message(result: Result) -> str:
    """The text of a failing item: verdict, duties, timeline, advice, and the two next steps; always in this order."""
    parts = [
        [headline(result)],
        *_findings(result["violations"]),
        _listed("why", [] if result["violations"] else result["reasons"]),
        _timeline(result),
        _listed("advice", result["advice"]),
        _waived(result),
        _next_steps(result),
    ]
    return _joined(parts)


def inconclusive_message(result: Result) -> str:
    """The text of an item without a verdict: why there is none, the timeline, and what to do."""
    parts = [
        [f"no verdict on {subject(result)}: the evidence is not enough"],
        _listed("why", result["reasons"]),
        *_findings(result["violations"]),
        _timeline(result),
        _listed("advice", result["advice"]),
        _waived(result),
        [
            "An item without a verdict counts neither as passed nor as verified. Mend what is named above, then run:",
            f'  pytest --ominigate-errors "{plain(result["nodeid"])}"',
        ],
    ]
    return _joined(parts)


def advice_message(result: Result) -> str:
    """The advice for an item that passed: the SHOULD duties it broke, what was waived; empty where there is none."""
    findings = _findings(result["violations"])
    if not (findings or result["advice"] or result["waived"]):
        return ""
    said = broken_text(result["violations"])
    parts = [
        [f"passed, but the client broke {said} on {subject(result)}" if said else f"passed on {subject(result)}"],
        *findings,
        _timeline(result) if findings else [],
        _listed("advice", result["advice"]),
        _waived(result),
        [*_why(result["violations"]), "To make it fail: pytest --ominigate-strict"] if findings else [],
    ]
    return _joined(parts)


def _joined(parts: Iterable[list[str]]) -> str:
    return "\n\n".join("\n".join(part) for part in parts if part)


def _findings(violations: list[Shown]) -> list[list[str]]:
    blocks = [_finding(violation) for violation in violations[:_MOST]]
    if len(violations) > _MOST:
        rules = list(dict.fromkeys(violation["rule"] for violation in violations[_MOST:]))
        blocks.append([f"and {count(len(violations) - _MOST, 'finding')} more: {joined(rules)}"])
    return blocks


def _finding(violation: Shown) -> list[str]:
    section = f" [{violation['section']}]" if violation["section"] else ""
    labelled = (
        ("duty", f"{violation['duty']}{section}" if violation["duty"] else ""),
        ("expected", violation["expected"]),
        ("observed", violation["observed"]),
        ("next", violation["next"]),
    )
    return [
        f"{plain(violation['rule'])} ({violation['level']})",
        *(line for label, text in labelled if text for line in entry(label, text)),
    ]


def _timeline(result: Result) -> list[str]:
    if not result["timeline"]:
        return []
    guilty = {violation["at"] for violation in result["violations"] if violation["at"] is not None}
    return ["timeline", *timeline_lines(result["timeline"], guilty)]


def _listed(title: str, items: Iterable[str]) -> list[str]:
    lines = [line for item in items for line in entry("-", item, gap=2)]
    return [title, *lines] if lines else []


def _waived(result: Result) -> list[str]:
    return _listed("waived", (f"{waiver['rule']}: {waiver['reason']}" for waiver in result["waived"]))


def _why(violations: list[Shown]) -> list[str]:
    rules = list(dict.fromkeys(plain(violation["rule"]) for violation in violations))
    if not rules:
        return []
    others = f"   (or {joined(rules[1:], last='or')})" if rules[1:] else ""
    return [f"Why {'these rules' if others else 'this rule'}: pytest --ominigate-explain {rules[0]}{others}"]


def _next_steps(result: Result) -> list[str]:
    violations = result["violations"]
    if not violations:
        return []
    must = [violation for violation in violations if violation["level"] == "MUST"]
    rules = list(dict.fromkeys(plain(violation["rule"]) for violation in must or violations))
    if result["scenario"] == MARKED:
        waive = ", ".join(f'"{rule}": "reason"' for rule in rules)
        accept = [f"To accept it in this test: @pytest.mark.ominigate(..., waive={{{waive}}})"]
    else:
        code = result["code"] if load().get(result["code"]) else "*"
        scope = plain(f"{result['operation']} {code}")
        lines = (f"    {scope} {rule}: reason" for rule in rules)
        accept = ["To accept it, in pytest's ini file:", "  ominigate_waive =", *lines]
    return [*_why(violations), *accept]
