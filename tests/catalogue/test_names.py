"""A misused name is answered with the nearest match and the valid choices."""

from __future__ import annotations

import pytest

from pytest_ominigate.catalogue import unknown_name

RULES = ("early-retry", "no-backoff", "lost-code")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("early-rety", "early-retry"),
        ("early_retry", "early-retry"),
        ("NO-BACKOFF", "no-backoff"),
        (" lost-code ", "lost-code"),
    ],
)
def test_a_near_name_is_proposed(given: str, meant: str) -> None:
    expected = f"no rule {given!r}. Did you mean {meant!r}? Known: early-retry, no-backoff, lost-code"

    assert expected == unknown_name("rule", given, RULES)


def test_a_far_name_gets_the_choices_only() -> None:
    assert unknown_name("rule", "xyz", RULES) == "no rule 'xyz'. Known: early-retry, no-backoff, lost-code"


def test_names_may_be_numbers() -> None:
    assert unknown_name("status", 400, (401, 502)) == "no status '400'. Did you mean '401'? Known: 401, 502"


def test_without_choices_it_says_so() -> None:
    assert unknown_name("rule", "xyz", ()) == "no rule 'xyz'. Known: none"
