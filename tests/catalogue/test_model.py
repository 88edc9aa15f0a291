"""Look-ups in the catalogue, and the answer to a name that is not in it."""

from __future__ import annotations

import copy
import dataclasses
import pickle

import pytest

from pytest_ominigate.catalogue import load

CATALOGUE = load()


def test_an_entry_is_found_by_its_code() -> None:
    entry = CATALOGUE.get("rate_limited")

    assert entry is not None
    assert entry.status == 429
    assert entry is CATALOGUE.require("rate_limited")
    assert CATALOGUE.get("brand_new") is None
    assert CATALOGUE.get(None) is None
    assert CATALOGUE.family("brand_new_error") is None


def test_a_wrong_code_is_answered_with_the_nearest_and_all() -> None:
    known = ", ".join(CATALOGUE.codes)

    with pytest.raises(ValueError, match=r"^no documented error") as caught:
        CATALOGUE.require("rate_limitd")

    assert str(caught.value) == f"no documented error 'rate_limitd'. Did you mean 'rate_limited'? Known: {known}"


def test_families_and_codes_can_be_selected_in_any_order() -> None:
    chosen = CATALOGUE.select(["upstream_failed", "rate_limit_error"])

    assert [entry.code for entry in chosen] == [
        "rate_limited",
        "rpm_rate_limited",
        "tpm_rate_limited",
        "upstream_failed",
    ]


def test_a_name_of_a_family_and_a_code_means_the_family() -> None:
    assert [entry.code for entry in CATALOGUE.select(["internal_error"])] == ["internal_error", "video_billing_error"]


def test_a_wrong_selection_is_answered_with_families_and_codes() -> None:
    with pytest.raises(
        ValueError,
        match=r"no documented family or error 'ratelimit_error'\. Did you mean 'rate_limit_error'\? "
        r"Known: authentication_error, .*, internal_error, invalid_api_key, .*, video_billing_error$",
    ) as caught:
        CATALOGUE.select(["rate_limit_error", "ratelimit_error"])

    assert str(caught.value).count("internal_error") == 1


@pytest.mark.parametrize(("given", "status"), [(None, 402), (402, 402), (429, 429)])
def test_a_documented_status_is_taken(given: int | None, status: int) -> None:
    assert CATALOGUE.require("account_daily_limit").documented(given) == status


def test_an_undocumented_status_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^no documented status of account_daily_limit '403'\..* Known: 402, 429$"):
        CATALOGUE.require("account_daily_limit").documented(403)


def test_a_citation_is_the_errors_own_or_the_general_one() -> None:
    entry = CATALOGUE.require("rpm_rate_limited")

    assert CATALOGUE.citation("tight-poll", "rpm_rate_limited") is entry.citations["tight-poll"]
    assert CATALOGUE.citation("misread-family", "rpm_rate_limited") is CATALOGUE.citations["misread-family"]
    assert CATALOGUE.citation("endless-retry") is CATALOGUE.citations["endless-retry"]
    assert CATALOGUE.citation("no-such-rule", "rpm_rate_limited") is None


def test_a_rule_without_a_citation_stands_on_the_main_one() -> None:
    entry = CATALOGUE.require("rpm_rate_limited")

    assert entry.citation("no-such-rule") is entry.citations["duty"]
    assert entry.citation("tight-poll") is entry.citations["tight-poll"]


def test_entries_are_values() -> None:
    """They can be kept in sets, copied and sent to another process, and not be changed."""
    entry = CATALOGUE.require("key_daily_limit")

    assert len(set(CATALOGUE)) == len(CATALOGUE) == 25
    assert copy.deepcopy(entry) == entry
    assert pickle.loads(pickle.dumps(entry)) == entry
    with pytest.raises(dataclasses.FrozenInstanceError):
        entry.code = "another"  # type: ignore[misc]
