from __future__ import annotations

from typing import Any

import pytest

from pytest_ominigate.rules.crashed_on_reply import RULE
from pytest_ominigate.timeline import Case

from .timelines import HTML, OK, Table, call, error, found, raised, returned, should, table

NEW = error("brand_new", error_type="rate_limit_error")
SOON = error("rate_limited", header="soon")


def crash(name: str, summary: str = "", chained: tuple[str, ...] = ()) -> Any:
    return raised(lineage=(name, "builtins.Exception", *chained), summary=summary or f"raised {name}")


GUILTY: Table = {
    "a KeyError on HTML": (call((0, HTML), ending=crash("builtins.KeyError")), should(1)),
    "a JSON error on HTML": (call((0, HTML), ending=crash("json.decoder.JSONDecodeError")), should(1)),
    "requests' own JSON error": (call((0, HTML), ending=crash("requests.exceptions.JSONDecodeError")), should(1)),
    "pydantic's validation": (
        call((0, HTML), ending=crash("pydantic_core._pydantic_core.ValidationError")),
        should(1),
    ),
    "an AttributeError on an unknown code": (call((0, NEW), ending=crash("builtins.AttributeError")), should(1)),
    "an assertion about the code": (call((0, NEW), ending=crash("builtins.AssertionError")), should(1)),
    "an unknown type": (
        call((0, error("brand_new", error_type="new_error")), ending=crash("builtins.KeyError")),
        should(1),
    ),
    "an Enum without that member": (
        call((0, NEW), ending=crash("builtins.ValueError", "raised ValueError: 'brand_new' is not a valid Code")),
        should(1),
    ),
    "int() of a Retry-After": (
        call(
            (0, SOON), ending=crash("builtins.ValueError", "raised ValueError: invalid literal for int() with base 10")
        ),
        should(1),
    ),
    "a sleep below zero": (
        call(
            (0, error("rate_limited", header="-5")),
            ending=crash("builtins.ValueError", "raised ValueError: sleep length must be non-negative"),
        ),
        should(1),
    ),
    "urllib3's complaint": (
        call(
            (0, SOON),
            ending=raised(
                lineage=("requests.exceptions.InvalidHeader", "builtins.ValueError"),
                summary="raised requests.exceptions.InvalidHeader: Invalid Retry-After header: soon",
            ),
        ),
        should(1),
    ),
    "after a retry": (call((0, HTML), (1, HTML), ending=crash("builtins.TypeError")), should(2)),
}

INNOCENT: Table = {
    "an error of the client's own": call((0, HTML), ending=crash("app.ApiError")),
    "which chains to a crash": call(
        (0, HTML), ending=crash("app.ApiError", chained=("from json.decoder.JSONDecodeError",))
    ),
    "which is a ValueError": call(
        (0, HTML), ending=raised(lineage=("app.ApiError", "builtins.ValueError"), summary="raised app.ApiError: 502")
    ),
    "a validation error of the client's own": call((0, HTML), ending=crash("app.ValidationError")),
    "a plain ValueError on purpose": call((0, HTML), ending=crash("builtins.ValueError", "raised ValueError: 502")),
    "a crash on a readable reply is something else": call(
        (0, error("invalid_api_key")), ending=crash("builtins.KeyError")
    ),
    "an assertion of the test suite's own": call(
        (0, NEW), ending=raised(lineage=("builtins.AssertionError", "builtins.Exception"), asserted=True)
    ),
    "the retry recovers": call((0, HTML), (1, OK)),
    "returned": call((0, HTML), ending=returned(None, like_healthy=False)),
    "a deliberate ValueError after an unreadable wish": call(
        (0, SOON), ending=crash("builtins.ValueError", "raised ValueError: rate_limited")
    ),
}


@table(GUILTY)
def test_finds(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@table(INNOCENT)
def test_leaves_in_peace(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@pytest.mark.parametrize(
    "name", ["KeyError", "IndexError", "AttributeError", "TypeError", "UnicodeDecodeError", "UnboundLocalError"]
)
def test_the_language_s_own_errors_are_crashes(name: str) -> None:
    assert found(RULE, call((0, HTML), ending=crash(f"builtins.{name}"))) == should(1)
