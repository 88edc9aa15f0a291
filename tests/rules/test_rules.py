"""What holds for every rule: its name, its text, its place in the table, its tests."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from pathlib import Path

import pytest

from pytest_ominigate.rules import RULES, Level, Rule, precedence
from pytest_ominigate.rules.base import prose
from pytest_ominigate.rules.judge import judge

from .timelines import CATALOGUE, OK, call, error

HERE = Path(__file__).parent
HEADINGS = ["## What it finds", "## Why it matters", "## Instead", "## How it is judged"]
TABLE = [
    "retried-permanent-error",
    "retried-before-reset",
    "unsafe-retry",
    "polled-after-stop",
    "gave-up-early",
    "too-many-attempts",
    "endless-retry",
    "early-retry",
    "no-backoff",
    "flat-backoff",
    "odd-backoff",
    "missing-jitter",
    "swallowed-error",
    "lost-result",
    "lost-code",
    "lost-request-id",
    "lost-param",
    "leaked-key",
    "branched-on-status",
    "crashed-on-reply",
    "misread-family",
    "changed-request",
    "resumed-stream",
    "truncated-success",
    "repeated-text",
    "tight-poll",
    "blocking-sleep",
    "stacked-retries",
]
ADVICE_ONLY = {"odd-backoff", "missing-jitter", "lost-code", "lost-param", "crashed-on-reply", "misread-family"} | {
    "repeated-text",
    "tight-poll",
    "blocking-sleep",
    "stacked-retries",
}
TIMING = {
    "retried-before-reset",
    "early-retry",
    "no-backoff",
    "flat-backoff",
    "odd-backoff",
    "missing-jitter",
    "tight-poll",
}


def every_rule() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


def module_name(rule: Rule) -> str:
    return rule.name.replace("-", "_")


def test_the_rules_are_those_of_the_prescription_in_its_order() -> None:
    assert [rule.name for rule in RULES] == TABLE


def test_the_levels_are_those_of_the_prescription() -> None:
    assert {rule.name for rule in RULES if rule.level is Level.SHOULD} == ADVICE_ONLY


def test_the_rules_that_rest_on_waits_say_so() -> None:
    assert {rule.name for rule in RULES if rule.timing} == TIMING


@every_rule()
class TestRule:
    def test_lives_in_the_module_of_its_name(self, rule: Rule) -> None:
        module = importlib.import_module(f"pytest_ominigate.rules.{module_name(rule)}")

        assert module.RULE is rule
        assert inspect.getmodule(rule.check) is module

    def test_is_named_for_the_offence(self, rule: Rule) -> None:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)+", rule.name)
        assert not rule.name.startswith(("respect-", "honour-", "honor-", "must-", "should-", "do-"))

    def test_has_prose_under_the_fixed_headings(self, rule: Rule) -> None:
        module = importlib.import_module(f"pytest_ominigate.rules.{module_name(rule)}")
        parts = re.split(r"^(## .*)$", rule.text, flags=re.MULTILINE)

        assert rule.text == prose(module.__doc__)
        assert parts[1::2] == HEADINGS
        assert all(part.strip() for part in parts)

    def test_names_the_section_it_stands_on(self, rule: Rule) -> None:
        assert rule.section in rule.text.split(HEADINGS[-1])[1].replace("\n", " ")

    def test_says_its_duty_and_the_next_step_in_a_sentence_each(self, rule: Rule) -> None:
        assert re.fullmatch(r"[A-Z].*[.]", rule.duty)
        assert re.fullmatch(r"[A-Z].*[.]", rule.remedy)

    def test_stands_on_what_the_catalogue_cites(self, rule: Rule) -> None:
        citation = CATALOGUE.citations[rule.name]

        assert (citation.section, citation.duty) == (rule.section, rule.duty)

    def test_has_a_table_of_guilty_and_of_innocent_clients(self, rule: Rule) -> None:
        tree = ast.parse((HERE / f"test_{module_name(rule)}.py").read_text("utf-8"))
        tables = {
            node.target.id if isinstance(node, ast.AnnAssign) else node.targets[0].id: node.value  # type: ignore[attr-defined]
            for node in tree.body
            if isinstance(node, ast.Assign | ast.AnnAssign)
        }

        assert all(len(tables[name].keys) >= 1 for name in ("GUILTY", "INNOCENT"))  # type: ignore[union-attr]

    def test_finds_nothing_where_nothing_happened(self, rule: Rule) -> None:
        assert list(rule.check(call(), CATALOGUE)) == []
        assert list(rule.check(call((0, OK)), CATALOGUE)) == []

    def test_survives_an_unknown_ending(self, rule: Rule) -> None:
        list(rule.check(call((0, error("upstream_failed")), (1, OK), ending=()), CATALOGUE))
        list(rule.check(call((0, error("brand_new", error_type="new_error")), ending=()), CATALOGUE))


def test_precedence_names_rules_only() -> None:
    names = {rule.name for rule in RULES}
    for relation in (precedence.SAME_ATTEMPT, precedence.SAME_TRIAL, precedence.SAME_CASE):
        assert set(relation) | set().union(*relation.values()) <= names


def test_precedence_goes_one_way() -> None:
    pairs = [
        (specific, general)
        for relation in (precedence.SAME_ATTEMPT, precedence.SAME_TRIAL, precedence.SAME_CASE)
        for specific, silenced in relation.items()
        for general in silenced
    ]

    assert [pair for pair in pairs if pair[::-1] in pairs or pair[0] == pair[1]] == []


def test_the_numbers_of_the_rules_stand_in_the_catalogue() -> None:
    """Each number that a rule asks for is there, and has its reason."""
    folder = Path(inspect.getfile(judge)).parent
    asked = {
        name for path in folder.glob("*.py") for name in re.findall(r'limits\["([a-z_]+)"\]', path.read_text("utf-8"))
    }

    assert asked
    assert asked <= set(CATALOGUE.limits.values)
