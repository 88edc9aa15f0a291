"""An error's body is built as documented, and every deviation from what is documented is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ominigate.catalogue import ErrorEntry, load
from pytest_ominigate.catalogue.envelope import envelope, resets_at, validate

CATALOGUE = load()
NOW = datetime(2026, 11, 22, 13, 0, 0, 250_000, tzinfo=UTC)
CAP = {"limit": 10, "used": "10.25", "resets_at": "2026-11-23T00:00:00Z"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "type", "code", "message", "param", "limit", "used", "resets_at"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def error(code: str = "brand_new", kind: str = "brand_new_error", **members: Any) -> dict[str, Any]:
    return {"error": {"type": kind, "code": code, "message": "Something."} | members}


def capped(**members: Any) -> dict[str, Any]:
    return error("key_daily_limit", "usage_cap_exceeded", **members)


@pytest.mark.parametrize(
    ("entry", "status"),
    [pytest.param(entry, status, id=f"{entry.code}-{status}") for entry in CATALOGUE for status in entry.statuses],
)
def test_every_error_is_valid_under_every_documented_status(entry: ErrorEntry, status: int) -> None:
    body = envelope(entry, now=NOW)

    assert validate(body) == ()
    assert validate(body, status) == ()


@pytest.mark.parametrize("entry", CATALOGUE.entries, ids=lambda entry: entry.code)
def test_a_documented_code_under_another_status_is_refused(entry: ErrorEntry) -> None:
    documented = " or ".join(str(status) for status in sorted(entry.statuses))

    for status in {400, 401, 402, 403, 404, 429, 500, 502, 503, 504} - set(entry.statuses):
        assert validate(envelope(entry, now=NOW), status) == (f"status: expected {documented}, not {status}",)


@pytest.mark.parametrize("entry", CATALOGUE.entries, ids=lambda entry: entry.code)
def test_a_documented_code_under_another_type_is_refused(entry: ErrorEntry) -> None:
    for kind in {family.type for family in CATALOGUE.families} - {entry.type} | {"brand_new_error"}:
        body = envelope(entry, now=NOW)
        body["error"]["type"] = kind

        assert validate(body) == (f'error.type: expected "{entry.type}", not "{kind}"',)


@pytest.mark.parametrize("entry", [entry for entry in CATALOGUE if entry.param], ids=lambda entry: entry.code)
def test_a_documented_param_is_required_as_it_is(entry: ErrorEntry) -> None:
    body = envelope(entry, now=NOW)

    body["error"]["param"] = "prompt"
    assert validate(body) == (f'error.param: expected "{entry.param}", not "prompt"',)

    del body["error"]["param"]
    assert validate(body) == ("error: 'param' is a required property",)


@pytest.mark.parametrize("param", [None, "messages", "messages[0].role"])
def test_missing_parameter_may_name_any_field(param: str | None) -> None:
    body = envelope(CATALOGUE.require("missing_parameter"), now=NOW, param=param)

    assert body["error"].get("param") == param
    assert validate(body, 400) == ()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (error(), 418),
        (error(kind="rate_limit_error"), 429),
        (error(surprise=[1], limit="anything", resets_at=None), 500),
        (error() | {"type": "error", "limit": {}}, 500),
        (capped(**CAP), 429),
        (capped(**CAP, surprise=True), 402),
        (capped() | CAP, 429),
        (capped(limit="10", used=0) | {"resets_at": "2026-11-23T00:00:00.000+00:00"}, 429),
        (error("request_cost_limit", "usage_cap_exceeded", limit=1.5, used="1.75"), 402),
    ],
)
def test_what_is_new_or_stands_elsewhere_is_admitted(body: object, status: int) -> None:
    assert validate(body, status) == ()


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        (None, ("body: expected an object, not null",)),
        ([], ("body: expected an object, not an array",)),
        ("<html>", ('body: expected an object, not "<html>"',)),
        ({}, ("body: 'error' is a required property",)),
        ({"error": "quota"}, ('error: expected an object, not "quota"',)),
        (
            {"error": {}},
            tuple(f"error: '{name}' is a required property" for name in ("code", "message", "type")),
        ),
        (error(message=1), ("error.message: expected a string, not 1",)),
        (error(message=""), ('error.message: expected an English text for developers, not ""',)),
        (error(param=None), ("error.param: expected a string, not null",)),
        (error("Rate Limited"), ('error.code: expected a stable name in snake_case, not "Rate Limited"',)),
        (error("rate_limited\n"), ('error.code: expected a stable name in snake_case, not "rate_limited\\n"',)),
        (
            error("x" * 60 + "!"),
            (f'error.code: expected a stable name in snake_case, not "{"x" * 59}...',),
        ),
    ],
)
def test_a_body_that_is_no_envelope_is_refused(body: object, problems: tuple[str, ...]) -> None:
    assert validate(body) == problems


@pytest.mark.parametrize("name", ["limit", "used", "resets_at"])
def test_a_cap_carries_its_metadata_in_one_place_or_the_other(name: str) -> None:
    without = {key: value for key, value in CAP.items() if key != name}

    assert validate(capped(**without)) == (f"body: expected `{name}` inside `error` or beside it",)
    assert validate(capped() | without) == (f"body: expected `{name}` inside `error` or beside it",)


@pytest.mark.parametrize("name", ["limit", "used"])
def test_the_cost_limit_carries_its_metadata(name: str) -> None:
    body = envelope(CATALOGUE.require("request_cost_limit"), now=NOW)
    del body["error"][name]

    assert validate(body) == (f"body: expected `{name}` inside `error` or beside it",)


@pytest.mark.parametrize("value", ["", "ten", "$10", "1,50", "10.", "-1", "1e3", "10\n", -1, True, None, [10]])
@pytest.mark.parametrize("name", ["limit", "used"])
def test_money_that_is_none_is_refused(name: str, value: object) -> None:
    wanted = f"{name}: expected US dollars as a number or a decimal string, not "

    (inside,) = validate(capped(**CAP | {name: value}))
    (beside,) = validate(capped() | CAP | {name: value})

    assert inside.startswith(f"error.{wanted}")
    assert beside.startswith(wanted)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "tomorrow",
        "2026-11-23",
        "2026-11-23T00:00:00",
        "2026-11-23 00:00:00Z",
        "20261123T000000Z",
        "2026-W48-1T00:00:00Z",
        "2026-11-23T00:00:00+01:00",
        "2026-11-23T00:00:00Z\n",
        "2026-11-23T24:00:00Z",
        "2026-11-23T00:60:00Z",
        "2026-13-01T00:00:00Z",
        "2026-11-31T00:00:00Z",
        "2027-02-29T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "\u0662026-11-23T00:00:00Z",
    ],
)
def test_a_bad_date_time_is_refused(value: str) -> None:
    (problem,) = validate(capped(**CAP | {"resets_at": value}))

    assert problem.startswith(
        "error.resets_at: expected a moment in ISO 8601 and UTC, such as 2026-01-01T00:00:00Z, not "
    )


@pytest.mark.parametrize("value", [None, 1_763_856_000, ["2026-11-23T00:00:00Z"]])
def test_a_date_time_of_another_type_is_refused(value: object) -> None:
    (problem,) = validate(capped(**CAP | {"resets_at": value}))

    assert problem.startswith("error.resets_at: expected a string, not ")


@pytest.mark.parametrize("value", ["2028-02-29T00:00:00Z", "2026-11-23T23:59:59.123456Z", "2026-11-23T00:00:00+00:00"])
def test_a_good_date_time_is_taken(value: str) -> None:
    assert validate(capped(**CAP | {"resets_at": value})) == ()


def test_all_problems_are_told_in_the_order_of_their_paths() -> None:
    body = {"error": {"type": "x", "code": "key_daily_limit", "message": 1, "used": "x", "limit": 1}}

    assert validate(body, 500) == (
        "body: expected `resets_at` inside `error` or beside it",
        "error.message: expected a string, not 1",
        'error.type: expected "usage_cap_exceeded", not "x"',
        'error.used: expected US dollars as a number or a decimal string, not "x"',
        "status: expected 402 or 429, not 500",
    )


@pytest.mark.parametrize("status", [200, 302, 600])
def test_an_error_under_a_status_of_none_is_refused(status: int) -> None:
    assert validate(error(), status) == (f"status: expected the HTTP status of an error, 400 to 599, not {status}",)


@given(body=JSON, status=st.none() | st.integers(0, 999))
def test_no_body_crashes_the_check(body: object, status: int | None) -> None:
    assert all(": " in problem for problem in validate(body, status))


def test_the_body_is_that_of_the_page() -> None:
    assert envelope(CATALOGUE.require("invalid_model"), now=NOW) == {
        "error": {
            "type": "invalid_request_error",
            "code": "invalid_model",
            "message": "The model does not exist.",
            "param": "model",
        }
    }


def test_a_cap_tells_limit_used_and_reset_inside_the_error() -> None:
    body = envelope(CATALOGUE.require("key_monthly_limit"), now=NOW, limit="25.00", used=25.5, message="Enough.")

    assert body == {
        "error": {
            "type": "usage_cap_exceeded",
            "code": "key_monthly_limit",
            "message": "Enough.",
            "limit": "25.00",
            "used": 25.5,
            "resets_at": "2026-12-01T00:00:00Z",
        }
    }


@pytest.mark.parametrize(
    ("reset", "now", "moment"),
    [
        ("daily", NOW, datetime(2026, 11, 23, tzinfo=UTC)),
        ("daily", datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC)),
        ("daily", datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
        ("daily", datetime(2026, 11, 23, 5, tzinfo=timezone(timedelta(hours=9))), datetime(2026, 11, 23, tzinfo=UTC)),
        ("monthly", NOW, datetime(2026, 12, 1, tzinfo=UTC)),
        ("monthly", datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
        ("monthly", datetime(2028, 1, 31, 12, tzinfo=UTC), datetime(2028, 2, 1, tzinfo=UTC)),
        ("monthly", datetime(2026, 3, 1, 1, tzinfo=timezone(timedelta(hours=9))), datetime(2026, 3, 1, tzinfo=UTC)),
    ],
)
def test_a_cap_resets_at_midnight_utc(reset: str, now: datetime, moment: datetime) -> None:
    assert resets_at(reset, now) == moment


@given(now=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_a_reset_is_ahead_and_near(now: datetime) -> None:
    assert timedelta(0) < resets_at("daily", now) - now <= timedelta(days=1)
    assert timedelta(0) < resets_at("monthly", now) - now <= timedelta(days=31)
    assert resets_at("monthly", now).day == 1


def test_misuse_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^no reset 'weekly'\..* Known: daily, monthly$"):
        resets_at("weekly", NOW)
    with pytest.raises(ValueError, match="must be aware"):
        envelope(CATALOGUE.require("key_daily_limit"), now=datetime(2026, 11, 22))
