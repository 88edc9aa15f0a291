"""From the JSON of a control call to what shall go wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..catalogue import Catalogue, unknown_name
from ..gateway import Fault, Scenario, dropped, of_operation, scripted
from ..gateway.routing import OPERATIONS
from .replies import ControlError

_Check = Callable[[Any], bool]
KINDS = ("codes", "scenario", "drop_stream")
"""The members of which each step of a script has exactly one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a session shall go through."""

    faults: tuple[Fault, ...] = ()
    scenario: Scenario | None = None
    """The generated scenario that makes up the whole plan."""
    successes: tuple[tuple[str, Any], ...] = ()
    """Operations, and the replies with which they are granted."""
    keys: tuple[str, ...] = ()
    """Further API keys that belong to the session."""


def read_plan(data: Mapping[str, Any], catalogue: Catalogue) -> Plan:
    """The plan that the body of a ``script`` call asks for.

    It is one step, or has several as a list in ``script``. A step has ``codes`` (one or several, with ``times``,
    ``status``, ``retry_after``, ``retry_after_date`` and ``on``), a ``scenario`` (``chat/rate_limited-recovers``), or
    ``drop_stream`` (with ``code``, ``times``, ``delivered`` and ``on``). Beside the steps there may be ``succeed`` (a
    reply of one's own for each operation named) and ``keys``.

    Raises:
        ControlError: a member or a name that does not exist, or a value that does not fit; the choices are named.
    """
    around = {name: data[name] for name in ("succeed", "keys") if name in data}
    inner = {name: value for name, value in data.items() if name not in around}
    steps = inner.pop("script") if "script" in inner else [inner] if inner or not around else []
    if "script" in data and inner:
        raise ControlError(f"beside a script, a step of its own is one too many: {', '.join(map(repr, inner))}")
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        raise ControlError("script is a list of objects, each one step")
    read = [_step(step, catalogue) for step in steps]
    _check(around, _AROUND)
    return Plan(
        faults=tuple(fault for faults, _ in read for fault in faults),
        scenario=read[0][1] if len(read) == 1 else None,
        successes=tuple(around.get("succeed", {}).items()),
        keys=tuple(around.get("keys", ())),
    )


def scenario_named(name: str, catalogue: Catalogue) -> Scenario:
    """The generated scenario of that name, ``OPERATION/ID``.

    Raises:
        ControlError: there is none; the message names those of the operation, or else the operations.
    """
    operation, _, scenario_id = name.partition("/")
    if operation not in OPERATIONS:
        raise ControlError(f"{unknown_name('operation', operation, OPERATIONS)}; a scenario is named OPERATION/ID")
    found = {scenario.id: scenario for scenario in of_operation(catalogue, operation)}
    if scenario_id not in found:
        raise ControlError(unknown_name(f"scenario of {operation}", scenario_id, found))
    return found[scenario_id]


def _step(step: Mapping[str, Any], catalogue: Catalogue) -> tuple[tuple[Fault, ...], Scenario | None]:
    kinds = [kind for kind in KINDS if kind in step]
    if len(kinds) != 1:
        given = ", ".join(map(repr, kinds or step)) or "nothing"
        raise ControlError(f"a step has exactly one of {', '.join(KINDS)}, not {given}")
    _check(step, _MEMBERS[kinds[0]])
    if kinds == ["scenario"]:
        scenario = scenario_named(step["scenario"], catalogue)
        return scenario.faults, scenario
    options = {name: value for name, value in step.items() if name not in (*KINDS, "retry_after_date")}
    try:
        if kinds == ["drop_stream"]:
            return (dropped(catalogue, step["drop_stream"], **options),), None
        codes = [step["codes"]] if isinstance(step["codes"], str) else step["codes"]
        faults = scripted(catalogue, *codes, **options)
    except ValueError as error:
        raise ControlError(str(error).removeprefix("ominigate: ")) from None
    return tuple(replace(fault, retry_after_date=step.get("retry_after_date")) for fault in faults), None


def _check(given: Mapping[str, Any], members: Mapping[str, tuple[str, _Check]]) -> None:
    for name, value in given.items():
        if name not in members:
            raise ControlError(unknown_name("member", name, members))
        wanted, fits = members[name]
        if not fits(value):
            raise ControlError(f"{name} is {wanted}, not {value!r}")


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _is_replies(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(reply, dict) or _is_text(reply) or _is_texts(reply) for reply in value.values()
    )


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_seconds(value: Any) -> bool:
    return _is_whole(value) or isinstance(value, float)


def _or_null(fits: _Check) -> _Check:
    return lambda value: value is None or fits(value)


def _is_header(value: Any) -> bool:
    return _is_seconds(value) or (_is_text(value) and value.isprintable() and value.isascii())


def _is_distance(value: Any) -> bool:
    return _is_seconds(value) and abs(value) <= _FARTHEST


_FARTHEST = 366 * 24 * 3600
_TIMES = ("a number from 1 up, or null for ever", _or_null(lambda value: _is_whole(value) and value > 0))
_ON = ("the name of an operation or step", _or_null(_is_text))
_MEMBERS: Mapping[str, Mapping[str, tuple[str, _Check]]] = {
    "codes": {
        "codes": ("a documented code, or a list of them", lambda value: _is_text(value) or _is_texts(value)),
        "times": _TIMES,
        "status": ("a documented status", _or_null(_is_whole)),
        "retry_after": ("seconds, or the text of the header", _or_null(_is_header)),
        "retry_after_date": ("seconds from the reply, at most a year", _or_null(_is_distance)),
        "on": _ON,
    },
    "scenario": {"scenario": ("OPERATION/ID", _is_text)},
    "drop_stream": {
        "drop_stream": ("a way of breaking a stream", _is_text),
        "code": ("a documented code", _is_text),
        "times": _TIMES,
        "delivered": ("a number of pieces", _or_null(_is_whole)),
        "on": _ON,
    },
}
_AROUND: Mapping[str, tuple[str, _Check]] = {
    "succeed": ("an object with a reply for each operation: an object, a text, or a list of texts", _is_replies),
    "keys": ("a list of API keys", _is_texts),
}
