"""What a test says by its marks: which errors to serve, and what not to judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from .catalogue import load, unknown_name
from .chosen import rule_names

if TYPE_CHECKING:
    from .catalogue import ErrorEntry
    from .trial import Ominigate

SERVE = "ominigate"
NARROW = "ominigate_errors"
ERROR = "ominigate_error"
"""The fixture that is parametrised over the catalogue."""

_HOW = ("times", "status", "retry_after", "on")
_ARGUMENTS = (*_HOW, "waive")


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """Errors to serve, and how: the arguments of ``Ominigate.fail``."""

    codes: tuple[str, ...]
    how: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that the marks of a test ask for."""

    servings: tuple[Serving, ...] = ()
    """In the order to serve them."""
    waive: Mapping[str, str] = field(default_factory=dict)
    """The rules not to judge by, each with the reason."""

    def script(self, ominigate: Ominigate) -> None:
        """Let the gateway serve them.

        Raises:
            pytest.fail.Exception: a mark names what does not exist; the text names the choices.
        """
        for serving in self.servings:
            try:
                ominigate.fail(*serving.codes, **serving.how)
            except (ValueError, TypeError) as error:
                _misused(SERVE, str(error).removeprefix("ominigate: "))


def plan_of(item: pytest.Item) -> Plan | None:
    """What the ``ominigate`` marks of a test ask for; None where there is none.

    Marks on the test itself beat those of its class, and those the module's. Several marks in one place add up, the
    topmost first.

    Raises:
        pytest.fail.Exception: a mark has a wrong argument; the text names the valid ones.
    """
    marks = _closest(item, SERVE)
    if not marks:
        return None
    waive: dict[str, str] = {}
    for mark in marks:
        waive |= _waive(mark)
    return Plan(servings=tuple(serving for mark in marks if (serving := _serving(mark))), waive=waive)


def generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes ``ominigate_error`` once for each documented error, or for those its mark names.

    Raises:
        pytest.fail.Exception: the mark is misused; the text names the valid choices.
    """
    if ERROR in metafunc.fixturenames:
        entries = _chosen(_closest(metafunc.definition, NARROW))
        metafunc.parametrize(ERROR, entries, ids=[entry.code for entry in entries], indirect=True)
    elif metafunc.definition.get_closest_marker(NARROW):
        _misused(NARROW, f"{metafunc.function.__name__} does not take the fixture {ERROR}, which this mark narrows")


def _closest(item: pytest.Item, name: str) -> list[pytest.Mark]:
    """The marks of that name on the innermost node that has any, the topmost decorator first."""
    found = list(item.iter_markers_with_node(name))
    return [mark for node, mark in reversed(found) if node is found[0][0]]


def _chosen(marks: list[pytest.Mark]) -> tuple[ErrorEntry, ...]:
    names: list[str] = []
    for mark in marks:
        if mark.kwargs:
            _misused(NARROW, f"takes names of families and codes only, no argument {next(iter(mark.kwargs))!r}")
        if not mark.args:
            _misused(NARROW, "names no family and no code")
        names += map(str, mark.args)
    try:
        return load().select(names) if marks else load().entries
    except ValueError as error:
        _misused(NARROW, str(error))


def _serving(mark: pytest.Mark) -> Serving | None:
    for name in mark.kwargs:
        if name not in _ARGUMENTS:
            _misused(SERVE, unknown_name("argument", name, _ARGUMENTS))
    how = {name: mark.kwargs[name] for name in _HOW if name in mark.kwargs}
    if how and not mark.args:
        _misused(SERVE, f"{next(iter(how))}= says how to serve an error, but no code is named")
    return Serving(codes=mark.args, how=how) if mark.args else None


def _waive(mark: pytest.Mark) -> Mapping[str, str]:
    waive = mark.kwargs.get("waive") or {}
    if not isinstance(waive, Mapping):
        _misused(SERVE, f'waive={waive!r} is no dictionary such as {{"early-retry": "the reason"}}')
    for rule, reason in waive.items():
        if rule not in rule_names():
            _misused(SERVE, unknown_name("rule", rule, rule_names()))
        if not isinstance(reason, str) or not reason.strip():
            _misused(SERVE, f"waive: {rule} needs a reason, as text")
    return waive


def _misused(mark: str, why: str) -> NoReturn:
    __tracebackhide__ = True
    pytest.fail(f"@pytest.mark.{mark}: {why}", pytrace=False)
