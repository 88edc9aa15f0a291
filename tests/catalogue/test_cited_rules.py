"""No rule without a citation, and no citation without a rule."""

from __future__ import annotations

from pytest_ominigate.catalogue import load
from pytest_ominigate.rules import RULES


def test_the_rules_are_those_that_are_cited() -> None:
    catalogue = load()
    points = [*catalogue.statements, *(point for entry in catalogue for point in entry.handling)]
    cited = set(catalogue.citations) | {rule for point in points for rule in point.judged_by}
    cited |= {rule for entry in catalogue for rule in entry.citations if rule != "duty"}

    assert {rule.name for rule in RULES} == cited
