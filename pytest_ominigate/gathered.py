"""The results of a session as its end will tell them: whole where something is told, a few words where all was well."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .reports.shape import Result


class _Passed(NamedTuple):
    operation: str
    code: str | None
    status: int | None
    scenario: str


class Gathered:
    """The last result of each test. What passed may be kept in brief, so that a long session needs little memory."""

    def __init__(self) -> None:
        self._kept: dict[str, Result | _Passed] = {}
        self._alike: dict[_Passed, _Passed] = {}
        """Many clients pass the same scenario: it is kept once."""
        self._met: dict[str | None, str] = {}
        """For each error that a test met, the first that did."""

    def add(self, nodeid: str, result: Result) -> None:
        """Keep all of a result."""
        self._kept[nodeid] = result

    def add_in_brief(self, nodeid: str, result: Result) -> None:
        """Keep of a passed test what the summary tells: what it was, which errors it met, what it advises."""
        first = {event["code"]: event for event in result["timeline"] if event["event"] == "request"}
        news = [event for code, event in first.items() if self._met.setdefault(code, nodeid) == nodeid]
        if news or result["violations"] or result["reasons"] or result["advice"] or result["waived"]:
            self._kept[nodeid] = {**result, "timeline": [*news]}
        else:
            passed = _Passed(result["operation"], result["code"], result["status"], result["scenario"])
            self._kept[nodeid] = self._alike.setdefault(passed, passed)

    def __bool__(self) -> bool:
        return bool(self._kept)

    def __contains__(self, nodeid: object) -> bool:
        return nodeid in self._kept

    def all(self) -> list[Result]:
        """The results, in the order in which the tests first brought one."""
        return [_result(nodeid, kept) if isinstance(kept, _Passed) else kept for nodeid, kept in self._kept.items()]


def _result(nodeid: str, passed: _Passed) -> Result:
    from .reports.shape import without_findings

    return without_findings("pass", nodeid=nodeid, **passed._asdict())
