"""The shipped catalogue says what the contract says, and every point of the error page is judged or excused."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pytest_ominigate.catalogue import Advice, Backoff, Catalogue, Duty, ErrorEntry, load
from pytest_ominigate.catalogue.load import schema

TEXTS = ("chat", "chat_stream", "messages", "messages_stream")
VIDEO = ("video.create", "video.status", "video.result")
GENERATING = (*TEXTS, "image", "video.create")
ALL = (*TEXTS, "image", *VIDEO)

FAIL = (Duty.FAIL, (1, 1, 1))
RESET = (Duty.UNTIL_RESET, (1, 1, 1))
LIMITED = (Duty.BACKOFF, (2, 2, 10))
FIVE = (Duty.BACKOFF, (2, 3, 5))
THREE = (Duty.BACKOFF, (2, 2, 3))

# code, type, statuses, param, (duty, (least, advised, most requests)), operations
TABLE: list[tuple[str, str, tuple[int, ...], str | None, tuple[Duty, tuple[int, int, int]], tuple[str, ...]]] = [
    ("invalid_api_key", "authentication_error", (401,), None, FAIL, ALL),
    ("expired_api_key", "authentication_error", (401,), None, FAIL, ALL),
    ("invalid_request", "invalid_request_error", (400,), None, FAIL, ALL),
    ("invalid_model", "invalid_request_error", (400,), "model", FAIL, GENERATING),
    ("missing_parameter", "invalid_request_error", (400,), None, FAIL, ALL),
    ("video_tier_not_found", "invalid_request_error", (400,), "tier", FAIL, ("video.create",)),
    ("not_found", "not_found_error", (404,), None, FAIL, ALL),
    ("model_not_found", "not_found_error", (404,), None, FAIL, TEXTS),
    ("image_model_not_found", "not_found_error", (404,), "model", FAIL, ("image",)),
    ("video_model_not_found", "not_found_error", (404,), "model", FAIL, VIDEO),
    ("insufficient_balance", "billing_error", (402,), None, FAIL, ALL),
    ("key_daily_limit", "usage_cap_exceeded", (429, 402), None, RESET, ALL),
    ("key_monthly_limit", "usage_cap_exceeded", (429, 402), None, RESET, ALL),
    ("account_daily_limit", "usage_cap_exceeded", (402, 429), None, RESET, ALL),
    ("request_cost_limit", "usage_cap_exceeded", (402, 429), None, FAIL, ALL),
    ("rate_limited", "rate_limit_error", (429,), None, LIMITED, ALL),
    ("rpm_rate_limited", "rate_limit_error", (429,), None, LIMITED, ALL),
    ("tpm_rate_limited", "rate_limit_error", (429,), None, LIMITED, ALL),
    ("upstream_failed", "upstream_error", (502, 504), None, FIVE, ALL),
    ("image_generation_failed", "upstream_error", (502, 504), None, THREE, ("image",)),
    ("image_generation_timeout", "upstream_error", (504, 502), None, (Duty.UNKNOWN_OUTCOME, (1, 1, 1)), ("image",)),
    ("video_generation_failed", "upstream_error", (502, 504), None, THREE, ("video.create",)),
    ("video_task_id_missing", "upstream_error", (502, 504), None, THREE, ("video.create",)),
    ("internal_error", "internal_error", (500,), None, FIVE, ALL),
    ("video_billing_error", "internal_error", (500,), None, (Duty.COMPLETED, (1, 1, 1)), VIDEO[1:]),
]

CATALOGUE = load()
DATA: dict[str, Any] = json.loads((files("pytest_ominigate.schemas") / "error-catalogue.json").read_text("utf-8"))
POINTS: list[Advice] = [*CATALOGUE.statements, *(point for entry in CATALOGUE for point in entry.handling)]


def per_entry() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("entry", CATALOGUE.entries, ids=lambda entry: entry.code)


def test_the_data_obey_their_schema() -> None:
    assert list(Draft202012Validator(schema("error-catalogue")).iter_errors(DATA)) == []


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"duty": "retry"}, "errors.0.duty"),
        ({"statuses": []}, "errors.0.statuses"),
        ({"operations": ["chats"]}, "errors.0.operations.0"),
        ({"duty": "backoff"}, "errors.0"),
        ({"duty": "until_reset"}, "errors.0"),
        ({"reset": "daily"}, "errors.0"),
        ({"metadata": ["limit"]}, "errors.0"),
        ({"requests": {"least": 1, "advised": 1, "most": 2}}, "errors.0.requests.most"),
        ({"citations": {}}, "errors.0.citations"),
        ({"handling": [{"advice": "Neither judged nor excused."}]}, "errors.0.handling.0"),
        ({"surprise": 1}, "errors.0"),
    ],
)
def test_a_wrong_row_is_refused(wrong: dict[str, Any], path: str) -> None:
    data = {**DATA, "errors": [{**DATA["errors"][0], **wrong}]}

    errors = Draft202012Validator(schema("error-catalogue")).iter_errors(data)

    assert path in {".".join(map(str, error.absolute_path)) for error in errors}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_an_error_is_as_the_contract_has_it(row: tuple[Any, ...]) -> None:
    entry = CATALOGUE.require(row[0])

    assert row == (
        entry.code,
        entry.type,
        entry.statuses,
        entry.param,
        (entry.duty, (entry.min_requests, entry.advised_requests, entry.max_requests)),
        entry.operations,
    )


def test_the_25_errors_stand_in_the_order_of_the_page() -> None:
    assert [row[0] for row in TABLE] == list(CATALOGUE.codes)


def test_every_family_shares_a_duty_or_none() -> None:
    assert {family.type: family.duty for family in CATALOGUE.families} == {
        "authentication_error": Duty.FAIL,
        "invalid_request_error": Duty.FAIL,
        "not_found_error": Duty.FAIL,
        "billing_error": Duty.FAIL,
        "usage_cap_exceeded": Duty.UNTIL_RESET,
        "rate_limit_error": Duty.BACKOFF,
        "upstream_error": None,
        "internal_error": None,
    }


@per_entry()
def test_an_error_comes_under_the_statuses_of_its_family(entry: ErrorEntry) -> None:
    family = CATALOGUE.family(entry.type)

    assert family is not None
    assert sorted(family.statuses) == sorted(entry.statuses)


@per_entry()
def test_backoff_goes_with_retries(entry: ErrorEntry) -> None:
    expected = Backoff(initial=1, factor=2, maximum=30) if entry.transient else None

    assert expected == entry.backoff


def test_traits_that_few_errors_have() -> None:
    """Retry-After, a smaller request later on, a compulsory request id, and what the caps carry."""
    cap = ("limit", "used", "resets_at")

    assert [code for code in CATALOGUE.codes if "rate_limited" in code] == [
        entry.code for entry in CATALOGUE if entry.honours_retry_after
    ]
    assert [entry.code for entry in CATALOGUE if entry.simpler_later] == [
        "tpm_rate_limited",
        "image_generation_failed",
        "video_generation_failed",
    ]
    assert [entry.code for entry in CATALOGUE if entry.request_id_required] == [
        "image_generation_timeout",
        "internal_error",
        "video_billing_error",
    ]
    assert {
        "key_daily_limit": (cap, "daily", "key"),
        "key_monthly_limit": (cap, "monthly", "key"),
        "account_daily_limit": (cap, "daily", "account"),
        "request_cost_limit": (("limit", "used"), None, "request"),
    } == {entry.code: (entry.metadata, entry.reset, entry.cap_scope) for entry in CATALOGUE if entry.metadata}


@per_entry()
def test_each_point_of_the_page_is_told(entry: ErrorEntry) -> None:
    """The page lists four points for every error."""
    assert len(entry.handling) == 4
    assert {point.section for point in entry.handling} == {f"{entry.code} / How to handle"}


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.text)
def test_each_point_is_judged_or_excused(point: Advice) -> None:
    assert point.judged_by or point.unjudged
    assert point.unjudged is None or point.unjudged in CATALOGUE.unjudged


def test_each_excuse_is_needed() -> None:
    assert set(CATALOGUE.unjudged) == {point.unjudged for point in POINTS if point.unjudged}


@pytest.mark.parametrize("code", [None, *CATALOGUE.codes])
def test_a_citation_stands_on_a_point_that_names_its_rule(code: str | None) -> None:
    """Save for the lists of causes, which hold no advice."""
    entry = CATALOGUE.get(code)
    citations = dict(entry.citations if entry else CATALOGUE.citations)
    citations.pop("duty", None)
    advice = {rule: citation.section for rule, citation in citations.items() if "Common causes" not in citation.section}

    assert advice
    assert advice.items() <= {(rule, point.section) for point in POINTS for rule in point.judged_by}


@per_entry()
def test_a_judging_point_is_cited(entry: ErrorEntry) -> None:
    """What a point of an error's own list is judged by, the error cites."""
    assert {rule for point in entry.handling for rule in point.judged_by} <= set(entry.citations)


def test_each_section_exists() -> None:
    titles = {"Response format", "Can't find your error code?"}
    titles |= {f"Envelope fields / {name}" for name in ("type", "code", "message", "param")}
    titles |= {family.type for family in CATALOGUE.families}
    titles |= {f"{code} / {part}" for code in CATALOGUE.codes for part in ("How to handle", "Common causes")}
    sections = {point.section for point in POINTS} | {family.section for family in CATALOGUE.families}
    sections |= {citation.section for citation in CATALOGUE.citations.values()}
    sections |= {citation.section for entry in CATALOGUE for citation in entry.citations.values()}

    assert sections <= titles


def test_an_error_cites_only_what_can_be_judged_of_it() -> None:
    judged = CATALOGUE.require("invalid_api_key").citations

    assert "retried-permanent-error" in judged
    assert "lost-request-id" in judged
    assert "early-retry" not in judged
    assert "lost-param" not in judged


def test_a_code_of_two_statuses_is_judged_by_what_it_does_under_each() -> None:
    assert [entry.code for entry in CATALOGUE if "branched-on-status" in entry.citations] == [
        entry.code for entry in CATALOGUE if len(entry.statuses) > 1
    ]


@pytest.mark.parametrize("name", sorted(CATALOGUE.limits.values))
def test_each_number_has_a_unit_and_a_reason(name: str) -> None:
    assert CATALOGUE.limits.units[name] in {"seconds", "requests", "waits", "trials", "callers", "factor"}
    assert CATALOGUE.limits.reasons[name].endswith(".")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("retry_after_tolerance", 0.01),
        ("retry_after_date_tolerance", 1.0),
        ("no_backoff_below", 0.1),
        ("giving_up_allowed_above", 30.0),
        ("longest_wait", 30.0),
        ("backoff_initial", 1.0),
        ("backoff_factor", 2.0),
        ("flat_needs_waits", 2),
        ("linear_needs_waits", 4),
        ("poll_interval", 1.0),
        ("request_limit", 50),
        ("attempts_without_code", 10),
        ("attempts_over", 1),
        ("outage", 3.0),
        ("longest_reset", 31 * 86400.0),
    ],
)
def test_numbers_of_the_contract(name: str, value: float) -> None:
    assert value == CATALOGUE.limits[name]


def test_each_operation_has_a_route() -> None:
    assert tuple(CATALOGUE.routes) == ALL
    assert {"/v1/chat/completions", "/v1/messages", "/v1/images"} <= set(CATALOGUE.routes.values())
    assert CATALOGUE.gateway == "https://api.ominigate.ai"


def test_texts_are_whole_sentences() -> None:
    texts = [point.text for point in POINTS] + [*CATALOGUE.unjudged.values(), *CATALOGUE.decisions.values()]
    texts += [citation.duty for entry in CATALOGUE for citation in entry.citations.values()]

    assert [text for text in texts if not re.fullmatch(r"[A-Z`].*[.]", text)] == []


def test_the_catalogue_is_read_once() -> None:
    assert load() is CATALOGUE
    assert isinstance(CATALOGUE, Catalogue)
