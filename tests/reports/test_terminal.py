"""The matrix at the end of a run."""

from __future__ import annotations

import pytest

from pytest_ominigate.catalogue import load
from pytest_ominigate.reports.model import NotRun, SessionReport
from pytest_ominigate.reports.shape import Result
from pytest_ominigate.reports.terminal import MARKUP, coverage, last_line, matrix, text_of

from .samples import doubtful, early_retry, healthy, impatient, result, session

MATRIX = """\
                    chat    messages
healthy             pass    pass
429 rate_limited    FAIL    should
500 internal_error  ?

FAIL: a duty is broken   ?: no verdict   should: passed, with advice
  blank: not run

broken duties   (why: pytest --ominigate-explain RULE)
  MUST    early-retry      1 scenario    chat[rate_limited-retry_after_seconds]
  SHOULD  lost-request-id  2 scenarios   chat[rate_limited-retry_after_seconds], ...

no verdict
  chat, handling 500 internal_error (scenario recovers): no-backoff: the client
    waited 0.2 s in a way the virtual clock cannot see

waived
  missing-jitter in 1 scenario: one client only

documented errors met: 2 of 3; not met: not_found
5 scenarios: 3 passed, 1 failed, 1 inconclusive; 1 MUST and 1 SHOULD duties
  broken; not run: 120 (image, video: no fixture)"""


def lines(report: SessionReport, width: int = 80) -> list[str]:
    styled = matrix(report.results, not_run=report.not_run, width=width, documented=report.documented)
    return [text_of(line) for line in styled]


def test_the_matrix_shows_all_that_was_found_and_all_that_was_left_out() -> None:
    assert lines(session()) == MATRIX.splitlines()


def test_cells_carry_their_styles() -> None:
    report = session()
    styled = matrix(report.results, documented=report.documented)
    cells = {
        (text_of(line).split("  ")[0], span.text): span.style
        for line in styled[:4]
        for span in line
        if span.style and span.style != "bold"
    }
    assert cells == {
        ("healthy", "pass"): "pass",
        ("429 rate_limited", "FAIL"): "fail",
        ("429 rate_limited", "should"): "should",
        ("500 internal_error", "?"): "inconclusive",
    }
    assert {span.style for line in styled for span in line} <= set(MARKUP)


def test_operations_with_two_words_have_two_lines_of_head() -> None:
    report = SessionReport.of([healthy("chat"), healthy("chat_stream"), healthy("messages_stream")])
    assert lines(report)[:3] == [
        "         chat    chat    messages",
        "                 stream  stream",
        "healthy  pass    pass    pass",
    ]


def test_a_narrow_terminal_gets_shorter_names_and_then_several_tables() -> None:
    code = "image_generation_timeout"
    report = SessionReport.of(
        result(code=code, status=504, operation=operation) for operation in ("chat", "messages", "image", "video")
    )
    assert lines(report, 56)[:2] == [
        "                      chat    messages  image   video",
        "504 image_generati..  pass    pass      pass    pass",
    ]
    assert lines(report, 40)[:4] == [
        "                    chat    messages",
        "504 image_genera..  pass    pass",
        "                    image   video",
        "504 image_genera..  pass    pass",
    ]
    assert max(map(len, lines(report, 40)[:4])) <= 40


@pytest.mark.parametrize(
    ("results", "not_run", "text"),
    [
        ([], [], "0 scenarios run"),
        (
            [],
            [NotRun(operation="chat", count=50, reason="no fixture")],
            "0 scenarios run; not run: 50 (chat: no fixture)",
        ),
        ([healthy()], [], "1 scenario: 1 passed; no duty broken"),
        ([doubtful()], [], "1 scenario: 1 inconclusive; nothing could be judged"),
        ([doubtful(), healthy()], [], "2 scenarios: 1 passed, 1 inconclusive; no duty seen to be broken"),
        ([impatient()], [], "1 scenario: 1 failed; 1 MUST and 1 SHOULD duties broken"),
        (
            [result(verdict="fail", violations=[early_retry()])],
            [
                NotRun(operation="image", count=30, reason="no fixture"),
                NotRun(operation="chat", count=2, reason="deselected"),
                NotRun(operation="video", count=90, reason="no fixture"),
            ],
            "1 scenario: 1 failed; 1 MUST duty broken; not run: 122 (2 chat: deselected; 120 image, video: no fixture)",
        ),
    ],
)
def test_the_last_line_counts_what_was_run_and_what_was_not(
    results: list[Result], not_run: list[NotRun], text: str
) -> None:
    assert last_line(SessionReport.of(results, not_run=not_run)) == text


def test_a_test_written_by_hand_does_not_read_as_if_all_errors_were_tried() -> None:
    report = SessionReport.of([impatient()], documented=[entry.code for entry in load()])
    assert coverage(report).startswith("documented errors met: 1 of 25; not met: invalid_api_key, ")
    assert [text_of(line) for line in matrix(report.results, width=10_000)][-2] == coverage(report)


def test_when_no_error_was_met_they_are_not_listed() -> None:
    assert coverage(SessionReport.of([healthy()], documented=["a", "b"])) == ("none of the 2 documented errors was met")


def test_when_every_error_was_met_nothing_is_said_of_it() -> None:
    assert coverage(SessionReport.of([impatient()], documented=["rate_limited"])) == ""


def test_a_crowd_of_broken_duties_is_counted() -> None:
    crowd = [early_retry() | {"rule": f"rule-{number:02}"} for number in range(15)]
    text = lines(SessionReport.of([result(verdict="fail", violations=crowd)]))
    assert "  MUST    and 3 more" in text
    assert "15 MUST duties broken" in text[-1]
