"""What a rule is, and what it finds."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from ..catalogue import Catalogue
from ..timeline import Case

BY_HAND = "marked"
"""The scenario of tests written by hand: nobody knows what success looks like, and one test may make several calls."""


class Level(StrEnum):
    """How binding a duty is (RFC 2119)."""

    MUST = "MUST"
    SHOULD = "SHOULD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A duty that the client broke."""

    rule: str
    level: Level
    expected: str
    observed: str
    trial: int = 0
    """The index of the trial that shows it."""
    at: int | None = None
    """The number of the guilty attempt; None where no single one is guilty."""
    code: str | None = None
    """The error that the duty belongs to, where it is not the scenario's own."""
    advice: str = ""
    """The next step for this client, where the rule knows more than its general one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inconclusive:
    """A rule could have spoken but lacked the evidence."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """Something worth telling about a client that broke a duty; never a finding of its own."""

    rule: str
    text: str
    trial: int = 0


Finding = Violation | Inconclusive | Advice


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One duty: named for the offence, with the check that finds it."""

    name: str
    level: Level
    """The level of the plain offence; a finding may carry a lower one."""
    section: str
    """The section of the gateway's page that the rule stands on."""
    duty: str
    """The duty, in one sentence."""
    remedy: str
    """The next step, in one sentence."""
    text: str
    """The rule in prose: why it matters, what to do instead, how it is judged."""
    check: Callable[[Case, Catalogue], Iterable[Finding]]
    timing: bool = False
    """Whether the rule rests on waits, so that it must be silent where a wait may have escaped the clock."""
    undecided: Callable[[Case, Catalogue, int], bool] | None = None
    """For rules that look at several trials together: whether so many more of them could lead to a violation."""
    compares: Callable[[Case, Catalogue], bool] | None = None
    """For rules that look at ``reference``: whether trials under other statuses could lead to a violation."""


def prose(doc: str | None) -> str:
    """The text of a rule: the docstring of its module, without indentation."""
    return inspect.cleandoc(doc or "")
