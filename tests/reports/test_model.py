"""What a session found."""

from __future__ import annotations

from pytest_ominigate.reports.model import NotRun, SessionReport, short_name

from .samples import doubtful, early_retry, healthy, impatient, request, result, session


def test_the_counts_add_up() -> None:
    assert session().summary == {
        "checks": 5,
        "passed": 3,
        "failed": 1,
        "inconclusive": 1,
        "not_run": 120,
        "must": 1,
        "should": 1,
    }


def test_results_are_sorted_by_node_id_whatever_their_order() -> None:
    results = [impatient(), healthy(), doubtful()]
    report = SessionReport.of(results)
    assert report == SessionReport.of(reversed(results))
    assert [short_name(item) for item in report.results] == [
        "chat[healthy]",
        "chat[internal_error-recovers]",
        "chat[rate_limited-retry_after_seconds]",
    ]


def test_results_of_the_same_item_are_sorted_too() -> None:
    first, second = result(advice=["a"]), result(advice=["b"])
    assert SessionReport.of([second, first]) == SessionReport.of([first, second])


def test_broken_duties_are_ranked_by_level_and_number() -> None:
    rare = result("persists", "fail", violations=[early_retry() | {"rule": "a-rare-one"}])
    broken = SessionReport.of([*session().results, rare, result("status_1", "fail", violations=[early_retry()])]).broken
    assert [(duty.level, duty.rule, len(duty.results)) for duty in broken] == [
        ("MUST", "early-retry", 2),
        ("MUST", "a-rare-one", 1),
        ("SHOULD", "lost-request-id", 2),
    ]


def test_a_rule_that_one_item_breaks_twice_counts_that_item_once() -> None:
    twice = result(verdict="fail", violations=[early_retry(2), early_retry(3)])
    assert [len(duty.results) for duty in SessionReport.of([twice]).broken] == [1]


def test_a_code_counts_as_met_only_when_a_client_got_it() -> None:
    silent = result(code="not_found", status=404)
    other = result(code="upstream_failed", timeline=[request(1, 0.0), request(2, 0.0, 502, "upstream_failed")])
    report = SessionReport.of([silent, other], documented=["not_found", "rate_limited", "upstream_failed", "c"])
    assert report.unfaked == ("not_found", "c")


def test_what_was_not_run_is_sorted_and_empty_entries_are_dropped() -> None:
    left_out = [
        NotRun(operation="video", count=1, reason="no fixture"),
        NotRun(operation="chat", count=2, reason="deselected"),
        NotRun(operation="image", count=0, reason="no fixture"),
    ]
    assert [item.operation for item in SessionReport.of([], not_run=left_out).not_run] == ["chat", "video"]
