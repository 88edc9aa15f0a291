"""Judges a client over a transport, and keeps of each scenario what must not depend on the transport."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from pytest_ominigate.catalogue import load
from pytest_ominigate.gateway import Scenario, scenarios
from pytest_ominigate.timeline import ReplyKind
from pytest_ominigate.transports import make_transport
from pytest_ominigate.trial import Ominigate, Settings

from .manifest import Library

ALL = scenarios(load())
NO_CUT = "not run: the transport vcr cannot break a connection there; use loopback"
REQUESTS_ONLY = (
    "not run: the transport responses catches only what is sent with requests, and this client reached for "
    "api.ominigate.ai past it, which was refused; use another --ominigate-transport"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one scenario."""

    verdict: str
    violations: tuple[tuple[str, str, str, str, int | None], ...] = ()
    """Of each: rule, level, what was expected, what was observed, at which request."""
    reasons: tuple[str, ...] = ()
    timeline: tuple[Any, ...] = ()


def scenarios_of(operation: str, names: Iterable[str] | None = None) -> tuple[Scenario, ...]:
    """The scenarios of an operation: all, or those of these ids."""
    found = {scenario.id: scenario for scenario in ALL if scenario.operation == operation}
    return tuple(found.values()) if names is None else tuple(found[name] for name in names)


def judged(library: Library, side: str, transport: str, chosen: Iterable[Scenario]) -> dict[str, Verdict]:
    """The verdicts on a client over a transport, by the scenarios' ids."""
    found = {}
    with (
        make_transport(transport) as carrier,
        Ominigate(transport=carrier, settings=Settings()) as ominigate,
        ExitStack() as closing,
    ):
        client = library.client(side, ominigate.base_url, ominigate.api_key, closing)
        for scenario in chosen:
            result = ominigate.run_scenario(client, scenario, nodeid=scenario.id)
            found[scenario.id] = Verdict(
                result["verdict"],
                tuple((v["rule"], v["level"], v["expected"], v["observed"], v["at"]) for v in result["violations"]),
                tuple(result["reasons"]),
                tuple(result["timeline"]),
            )
    return found


def expected(library: Library, transport: str, over_loopback: dict[str, Verdict]) -> dict[str, Verdict]:
    """What the verdicts over a transport have to be, given those over the loopback."""
    if transport not in library.carried_by:
        return dict.fromkeys(over_loopback, Verdict("inconclusive", reasons=(REQUESTS_ONLY,)))
    if transport != "vcr":
        return over_loopback
    cut = {scenario.id for scenario in ALL if any(fault.kind is ReplyKind.CUT for fault in scenario.faults)}
    return {
        name: Verdict("inconclusive", reasons=(NO_CUT,)) if name in cut else verdict
        for name, verdict in over_loopback.items()
    }


def broken(verdicts: dict[str, Verdict], level: str = "MUST") -> frozenset[str]:
    """The rules of a level that were broken."""
    return frozenset(each[0] for verdict in verdicts.values() for each in verdict.violations if each[1] == level)
