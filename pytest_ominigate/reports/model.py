"""What a whole session found: the results in a fixed order, counted."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypedDict

from .shape import LevelName, Result

OPERATIONS = ("chat", "chat_stream", "messages", "messages_stream", "image", "video")
"""The order in which operations are shown; others follow by name."""


class Summary(TypedDict):
    """The counts of a session. ``must`` and ``should`` count the different duties that were broken."""

    checks: int
    passed: int
    failed: int
    inconclusive: int
    not_run: int
    must: int
    should: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRun:
    """Scenarios that were not run, and why: ``no fixture``, ``deselected``, ``skipped``."""

    operation: str
    count: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A duty that was broken, and the results that show it."""

    rule: str
    level: LevelName
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionReport:
    """All results of a session, sorted by node id."""

    results: tuple[Result, ...] = ()
    not_run: tuple[NotRun, ...] = ()
    documented: tuple[str, ...] = ()
    """The codes of the catalogue, to tell which of them no client met."""
    plugin: str = ""
    """The version of the plugin."""

    @classmethod
    def of(
        cls,
        results: Iterable[Result],
        *,
        not_run: Iterable[NotRun] = (),
        documented: Iterable[str] = (),
        plugin: str = "",
    ) -> SessionReport:
        """A report on *results*, whatever the order in which they came in."""
        return cls(
            results=tuple(sorted(results, key=lambda result: (result["nodeid"], json.dumps(result, sort_keys=True)))),
            not_run=tuple(sorted((item for item in not_run if item.count), key=_not_run_order)),
            documented=tuple(documented),
            plugin=plugin,
        )

    @property
    def summary(self) -> Summary:
        """The counts."""
        verdicts = [result["verdict"] for result in self.results]
        levels = [broken.level for broken in self.broken]
        return {
            "checks": len(verdicts),
            "passed": verdicts.count("pass"),
            "failed": verdicts.count("fail"),
            "inconclusive": verdicts.count("inconclusive"),
            "not_run": sum(item.count for item in self.not_run),
            "must": levels.count("MUST"),
            "should": levels.count("SHOULD"),
        }

    @property
    def broken(self) -> tuple[Broken, ...]:
        """The broken duties: MUST first, then the ones that most results show."""
        found: dict[tuple[LevelName, str], list[Result]] = {}
        for result in self.results:
            for key in {(violation["level"], violation["rule"]): None for violation in result["violations"]}:
                found.setdefault(key, []).append(result)
        duties = [Broken(rule=rule, level=level, results=tuple(results)) for (level, rule), results in found.items()]
        return tuple(sorted(duties, key=lambda duty: (duty.level, -len(duty.results), duty.rule)))

    @property
    def unfaked(self) -> tuple[str, ...]:
        """The documented codes that no client met in any timeline, in the catalogue's order."""
        met = {event["code"] for result in self.results for event in result["timeline"] if event["event"] == "request"}
        return tuple(code for code in self.documented if code not in met)

    def with_verdict(self, verdict: str) -> tuple[Result, ...]:
        """The results of that verdict."""
        return tuple(result for result in self.results if result["verdict"] == verdict)


def operation_order(operation: str) -> tuple[int, str]:
    """A sort key: the fixed order of operations, strangers last."""
    return (OPERATIONS.index(operation) if operation in OPERATIONS else len(OPERATIONS), operation)


def short_name(result: Result) -> str:
    """The last part of the node id: ``chat[rate_limited-recovers]``."""
    return result["nodeid"].rpartition("::")[2]


def _not_run_order(item: NotRun) -> tuple[tuple[int, str], str]:
    return operation_order(item.operation), item.reason
