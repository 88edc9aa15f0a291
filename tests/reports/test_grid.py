"""The matrix behind the reports."""

from __future__ import annotations

import pytest

from pytest_ominigate.catalogue import load
from pytest_ominigate.reports.grid import Mark, grid, row_of

from .samples import doubtful, forgetful, healthy, impatient, result


@pytest.mark.parametrize(
    ("scenario", "code", "status", "row"),
    [
        ("healthy", None, None, "healthy"),
        ("recovers", "rate_limited", 429, "429 rate_limited"),
        ("retry_after_garbage", "rate_limited", 429, "429 rate_limited"),
        ("concurrent", "rate_limited", 429, "429 rate_limited"),
        ("status_504", "upstream_failed", 504, "504 upstream_failed"),
        ("create_status_504", "video_generation_failed", 504, "504 video_generation_failed"),
        ("mixed_429_502_402", "insufficient_balance", 402, "mixed errors"),
        ("result_mixed_502_400", "invalid_request", 400, "mixed errors"),
        ("unknown_rate_limit_error", "some_future_code", 429, "undocumented code"),
        ("html_502", None, 502, "unreadable body"),
        ("empty_500", None, 500, "unreadable body"),
        ("create_truncated_json", None, 502, "unreadable body"),
        ("non_object", None, 500, "unreadable body"),
        ("connection_reset", None, None, "broken connection"),
        ("status_connection_reset_persists", None, None, "broken connection"),
        ("body_cut", None, 200, "broken connection"),
        ("stream_reset", None, 200, "broken stream"),
        ("stream_unfinished", None, 200, "broken stream"),
        ("stream_error", "upstream_failed", 200, "broken stream"),
        ("marked", "rate_limited", None, "rate_limited"),
        ("marked", None, None, "marked"),
        ("a name of tomorrow", None, 418, "418 a name of tomorrow"),
    ],
)
def test_every_scenario_has_a_row(scenario: str, code: str | None, status: int | None, row: str) -> None:
    assert row_of(result(scenario, code=code, status=status)) == row


def test_rows_and_columns_stand_in_a_fixed_order() -> None:
    found = grid(
        [
            result("connection_reset", code=None, status=None, operation="image"),
            result("mixed_502_400", code="invalid_request", status=400, operation="a_stranger"),
            result(operation="messages"),
            result(code="invalid_model", status=400),
            result("marked", code="not_found", status=None),
            healthy(),
        ]
    )
    assert found.rows == (
        "healthy",
        "not_found",
        "400 invalid_model",
        "429 rate_limited",
        "mixed errors",
        "broken connection",
    )
    assert found.columns == ("chat", "messages", "image", "a_stranger")


def test_a_cell_shows_the_gravest_of_its_results() -> None:
    plain = result("persists")
    advised = forgetful() | {"operation": "chat"}
    doubted = doubtful() | {"code": "rate_limited", "status": 429}
    cells = [
        grid([plain]),
        grid([plain, advised]),
        grid([plain, advised, doubted]),
        grid([plain, advised, doubted, impatient()]),
    ]
    marks = [found.cells["429 rate_limited", "chat"] for found in cells]
    assert [(cell.mark, cell.share) for cell in marks] == [
        (Mark.PASS, "1/1"),
        (Mark.SHOULD, "1/2"),
        (Mark.INCONCLUSIVE, "1/3"),
        (Mark.FAIL, "1/4"),
    ]


def test_every_documented_code_has_a_row_of_its_own() -> None:
    results = [result(code=entry.code, status=entry.status) for entry in load()]
    assert len(grid(results).rows) == len(load())
