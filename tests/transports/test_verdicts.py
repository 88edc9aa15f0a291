"""Every client gets the same verdict over every transport, or is not judged there for a reason that is told."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from pytest_ominigate.transports import TRANSPORTS

from .verdicts.judging import Verdict, broken, expected, judged, scenarios_of
from .verdicts.manifest import LIBRARIES, Library
from .verdicts.table import page, row

PAGE = Path(__file__).parents[2] / "docs" / "verdict-table.md"
SOME = (
    "healthy",
    "invalid_api_key-persists",
    "key_daily_limit-persists",
    "rate_limited-persists",
    "rate_limited-retry_after_seconds",
    "rate_limited-retry_after_date",
    "upstream_failed-recovers",
    "upstream_failed-status_504",
    "internal_error-recovers",
    "internal_error-retry_after_garbage",
    "insufficient_balance-mixed_429_502_402",
    "some_future_code-unknown_rate_limit_error",
    "html_502",
    "truncated_json",
    "connection_reset",
    "connection_reset_persists",
    "body_cut",
    "rate_limited-concurrent",
)
"""The scenarios of the daily run: one of each kind."""

Found = dict[str, dict[str, Verdict]]
each_side = pytest.mark.parametrize("side", ["right", "wrong"])


def everywhere(library: Library, side: str, names: Iterable[str] | None = None) -> Found:
    """The verdicts on a client, by transport and scenario."""
    chosen = scenarios_of(library.operation, names)
    return {transport: judged(library, side, transport, chosen) for transport in TRANSPORTS}


def outcomes(verdicts: dict[str, Verdict]) -> dict[str, object]:
    return {name: (each.verdict, each.violations, each.reasons) for name, each in verdicts.items()}


def assert_same(library: Library, found: Found) -> None:
    for transport in TRANSPORTS:
        assert outcomes(found[transport]) == outcomes(expected(library, transport, found["loopback"])), transport


@each_side
@pytest.mark.parametrize("library", [one for one in LIBRARIES if not one.heavy], ids=lambda library: library.name)
def test_the_transport_makes_no_difference(library: Library, side: str) -> None:
    found = everywhere(library, side, SOME)

    assert_same(library, found)
    over_loopback = found["loopback"]
    if side == "right":
        assert broken(over_loopback) | broken(over_loopback, "SHOULD") == frozenset()
        assert {each.verdict for each in over_loopback.values()} == {"pass"}
    else:
        assert broken(over_loopback)
        assert broken(over_loopback) <= library.breaks


@pytest.mark.corpus
@each_side
@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.name)
def test_the_complete_table_is_that_of_the_page(library: Library, side: str) -> None:
    if library.heavy:
        pytest.importorskip(library.package, reason="only the extra 'verdicts' brings it")
    found = everywhere(library, side)

    assert_same(library, found)
    assert broken(found["loopback"]) == (frozenset() if side == "right" else library.breaks)
    assert row(library, side, found) in PAGE.read_text("utf-8").splitlines()


def test_the_page_has_a_row_for_each_client_and_no_other() -> None:
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")][1:]

    assert PAGE.read_text("utf-8") == page(rows)
    assert [line.split(" | ")[0] for line in rows] == [
        f"| {library.name}, {side}" for library in LIBRARIES for side in ("right", "wrong")
    ]


def test_thirteen_libraries_are_judged() -> None:
    assert len({library.name.partition(",")[0] for library in LIBRARIES}) == 13
