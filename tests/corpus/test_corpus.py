"""The judge finds in every guilty client its fault and nothing else, and in an innocent one nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_ominigate.catalogue import load
from pytest_ominigate.gateway import Scenario, scenarios
from pytest_ominigate.transports.loopback import LoopbackServer
from pytest_ominigate.trial import Ominigate, Settings

from .manifest import GUILTY, INNOCENT
from .specimen import Specimen

pytestmark = pytest.mark.corpus
SCENARIOS = scenarios(load())

Finding = tuple[str, str]
"""A rule and its level."""


@pytest.fixture(scope="module")
def server() -> Iterator[LoopbackServer]:
    with LoopbackServer() as server:
        yield server


@pytest.fixture
def ominigate(server: LoopbackServer) -> Iterator[Ominigate]:
    with Ominigate(transport=server, settings=Settings()) as ominigate:
        yield ominigate


def findings(ominigate: Ominigate, specimen: Specimen, operation: str) -> dict[Finding, list[str]]:
    """What the judge finds, with the scenarios that show it; an inconclusive one is a finding too."""
    found: dict[Finding, list[str]] = {}
    healthy = None
    for scenario in SCENARIOS:
        if scenario.operation == operation:
            client = specimen.make(operation, ominigate.base_url, ominigate.api_key)
            result = ominigate.run_scenario(client, scenario, nodeid=scenario.id, known=healthy)
            if scenario.name == "healthy" and result["verdict"] == "pass":
                healthy = ominigate.health
            if result["verdict"] == "inconclusive":
                found.setdefault(("inconclusive", "; ".join(result["reasons"])), []).append(scenario.id)
            for violation in result["violations"]:
                found.setdefault((violation["rule"], violation["level"]), []).append(scenario.id)
    return found


def shows(specimen: Specimen, scenario: Scenario) -> bool:
    """Whether the scenario is one that the specimen's record names."""
    return specimen.code in (None, scenario.code) and specimen.scenario in (None, scenario.name)


@pytest.mark.parametrize(
    ("specimen", "operation"),
    [
        pytest.param(specimen, operation, id=f"{specimen.name}-{operation}")
        for specimen in INNOCENT
        for operation in specimen.operations
    ],
)
def test_innocent_client_is_acquitted(ominigate: Ominigate, specimen: Specimen, operation: str) -> None:
    found = findings(ominigate, specimen, operation)
    advice = {(rule, "SHOULD") for rule in specimen.also}
    assert {finding: where for finding, where in found.items() if finding not in advice} == {}


@pytest.mark.parametrize("specimen", GUILTY, ids=lambda specimen: specimen.name)
def test_guilty_client_is_charged_with_its_fault_alone(ominigate: Ominigate, specimen: Specimen) -> None:
    found = findings(ominigate, specimen, *specimen.operations)
    shown = {scenario.id for scenario in SCENARIOS if shows(specimen, scenario)}
    assert shown & set(found.get((str(specimen.rule), str(specimen.level)), []))
    expected = (specimen.rule, *specimen.also)
    assert {finding: where for finding, where in found.items() if finding[0] not in expected} == {}
