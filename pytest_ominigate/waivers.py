"""What the generated tests of a project are not judged by, each with a reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from .catalogue import unknown_name
from .gateway.routing import OPERATIONS

ANY = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A rule that is not judged in some generated tests. ``*`` stands for any."""

    operation: str
    code: str
    rule: str
    reason: str

    def covers(self, operation: str, code: str | None) -> bool:
        """Whether it is about the tests of that operation and code."""
        return self.operation in (ANY, operation) and self.code in (ANY, code)

    def __str__(self) -> str:
        return f"{self.operation} {self.code} {self.rule}: {self.reason}"


def parse_waivers(lines: Iterable[str], *, codes: Sequence[str], rules: Sequence[str]) -> tuple[Waiver, ...]:
    """Read the lines of the ini key ``ominigate_waive``: ``OPERATION CODE RULE: REASON``.

    Raises:
        pytest.UsageError: a line has another form, no reason, or a name that nothing has.
    """
    valid = {"operation": OPERATIONS, "documented error": codes, "rule": rules}
    return tuple(_parse(line.strip(), valid) for line in lines if line.strip())


def _parse(line: str, valid: Mapping[str, Sequence[str]]) -> Waiver:
    names, _, reason = line.partition(":")
    words = names.split()
    if len(words) != len(valid):
        raise _refused(line, "write OPERATION CODE RULE: REASON, such as 'chat rate_limited early-retry: issue 12'")
    if not reason.strip():
        raise _refused(line, "a waiver needs a reason, after a colon")
    for word, (kind, choices) in zip(words, valid.items(), strict=True):
        if word not in (ANY, *choices):
            raise _refused(line, unknown_name(kind, word, (*choices, ANY)))
    operation, code, rule = words
    return Waiver(operation=operation, code=code, rule=rule, reason=reason.strip())


def _refused(line: str, why: str) -> pytest.UsageError:
    return pytest.UsageError(f"ominigate_waive (ini): {line!r}: {why}")


def waived_rules(
    waivers: Iterable[Waiver], operation: str, code: str | None, *, rules: Sequence[str]
) -> dict[str, str]:
    """The rules waived in the tests of that operation and code, each with its reason: that of the first waiver."""
    waived: dict[str, str] = {}
    for waiver in waivers:
        if waiver.covers(operation, code):
            for rule in rules if waiver.rule == ANY else (waiver.rule,):
                waived.setdefault(rule, waiver.reason)
    return waived


def unused(waivers: Iterable[Waiver], results: Collection[Mapping[str, Any]], *, whole: bool) -> list[Waiver]:
    """The waivers that excused nothing, although tests they are about were run.

    Args:
        waivers: of the project.
        results: of the tests that were run.
        whole: whether nothing was left out, so that a waiver that is about no test at all is told too.
    """
    return [
        waiver
        for waiver in waivers
        if not any(_excused(waiver, result) for result in results)
        and (whole or any(waiver.covers(result["operation"], result["code"]) for result in results))
    ]


def _excused(waiver: Waiver, result: Mapping[str, Any]) -> bool:
    rules = [waived["rule"] for waived in result["waived"]]
    return waiver.covers(result["operation"], result["code"]) and (
        waiver.rule in rules or (waiver.rule == ANY and bool(rules))
    )
