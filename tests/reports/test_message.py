"""The text of one item, word for word."""

from __future__ import annotations

import pytest

from pytest_ominigate.reports.message import advice_message, failure_message, headline, inconclusive_message

from .samples import doubtful, end, forgetful, healthy, impatient, lost_request_id, request, result, shown, success

FAILURE = """\
the client broke 1 MUST and 1 SHOULD on chat, handling 429 rate_limited (scenario retry_after_seconds)

early-retry (MUST)
  duty        Wait at least as long as Retry-After asks. [rate_limited / How to handle]
  expected    a wait of at least 20 s (the reply's Retry-After)
  observed    a wait of 1 s
  next        Sleep for Retry-After seconds before the next request.

lost-request-id (SHOULD)
  duty        Support asks for the X-Request-Id of the reply. [rate_limited / How to handle]
  expected    the X-Request-Id in the exception or a log record
  observed    neither holds it
  next        Keep the header on the exception.

timeline
      0.00 s  #1  POST /v1/chat/completions -> 429 rate_limited  Retry-After: 20
      0.00 s      waited 1.00 s in client (client.py:31 in ask)
>     1.00 s  #2  POST /v1/chat/completions -> 200
      1.00 s      the call returned 'pong'

advice
  - SDK 3 x app 3 = 9

Why these rules: pytest --ominigate-explain early-retry   (or lost-request-id)
To accept it, in pytest's ini file:
  ominigate_waive =
    chat rate_limited early-retry: reason"""

INCONCLUSIVE = """\
no verdict on chat, handling 500 internal_error (scenario recovers): the evidence is not enough

why
  - no-backoff: the client waited 0.2 s in a way the virtual clock cannot see

timeline
      0.00 s  #1  POST /v1/chat/completions -> 500 internal_error
      0.00 s  #2  POST /v1/chat/completions -> 200
      0.00 s      the call returned 'pong'

An item without a verdict counts neither as passed nor as verified. Mend what is named above, then run:
  pytest --ominigate-errors "tests/conftest.py::ominigate::chat[internal_error-recovers]\""""

ADVICE = """\
passed, but the client broke 1 SHOULD on messages, handling 429 rate_limited (scenario recovers)

lost-request-id (SHOULD)
  duty        Support asks for the X-Request-Id of the reply. [rate_limited / How to handle]
  expected    the X-Request-Id in the exception or a log record
  observed    neither holds it
  next        Keep the header on the exception.

timeline
      0.00 s  #1  POST /v1/chat/completions -> 429 rate_limited
      0.00 s      waited 1.00 s in client (client.py:31 in ask)
      1.00 s  #2  POST /v1/chat/completions -> 200
      1.00 s      the call returned 'pong'

waived
  - missing-jitter: one client only

Why this rule: pytest --ominigate-explain lost-request-id
To make it fail: pytest --ominigate-strict"""


def test_a_failure_tells_its_parts_in_order() -> None:
    assert failure_message(impatient()) == FAILURE


def test_an_item_without_a_verdict_tells_why_and_what_to_do() -> None:
    assert inconclusive_message(doubtful()) == INCONCLUSIVE


def test_a_passing_item_with_findings_gets_advice() -> None:
    assert advice_message(forgetful()) == ADVICE


def test_a_passing_item_without_findings_is_silent() -> None:
    assert advice_message(healthy()) == ""


def test_a_test_written_by_hand_is_told_of_its_marker() -> None:
    marked = impatient()
    marked["scenario"] = "marked"
    text = failure_message(marked)
    assert text.startswith("the client broke 1 MUST and 1 SHOULD on chat, handling 429 rate_limited\n")
    assert text.endswith('\nTo accept it in this test: @pytest.mark.ominigate(..., waive={"early-retry": "reason"})')


def test_under_strict_the_broken_advice_is_what_must_be_waived() -> None:
    text = failure_message(result(verdict="fail", violations=[lost_request_id()]))
    assert text.startswith("the client broke 1 SHOULD on chat, ")
    assert text.endswith("\n    chat rate_limited lost-request-id: reason")


@pytest.mark.parametrize("code", [None, "some_future_code"])
def test_where_no_documented_code_is_at_hand_the_waiver_is_for_any(code: str | None) -> None:
    text = failure_message(result("html_502", "fail", code=code, violations=[shown("endless-retry", code=code)]))
    assert text.endswith("\n    chat * endless-retry: reason")


def test_a_failure_without_a_broken_rule_tells_its_reasons() -> None:
    failed = result("healthy", "fail", code=None, status=None, reasons=["no request reached the gateway"])
    assert failure_message(failed) == (
        "the check failed on chat (scenario healthy)\n\nwhy\n  - no request reached the gateway"
    )


def test_the_same_rule_counts_once_in_the_headline() -> None:
    twice = result(verdict="fail", violations=[shown("early-retry", at=2), shown("early-retry", at=3)])
    assert headline(twice) == "the client broke 1 MUST on chat, handling 429 rate_limited (scenario recovers)"


def test_a_crowd_of_findings_is_counted_not_shown() -> None:
    crowd = result(verdict="fail", violations=[shown("early-retry", at=number) for number in range(2, 13)])
    text = failure_message(crowd)
    assert text.count("early-retry (MUST)") == 8
    assert "\n\nand 3 findings more: early-retry\n\n" in text


def test_long_texts_are_wrapped_under_themselves() -> None:
    wordy = result(verdict="fail", violations=[shown("early-retry", expected="word " * 30)])
    lines = [line for line in failure_message(wordy).splitlines() if "word" in line]
    assert [len(line) for line in lines] == [98, 78]
    assert lines[1].startswith("              word")


def test_the_section_of_the_page_stays_on_one_line() -> None:
    cited = shown("early-retry", duty="word " * 15 + "end.", section="Can't find your error code?")
    lines = [
        line for line in failure_message(result(verdict="fail", violations=[cited])).splitlines() if "Can't" in line
    ]
    assert lines == ["              [Can't find your error code?]"]


def test_every_message_is_printable_ascii() -> None:
    hostile = result(
        "recovers",
        "fail",
        violations=[shown("early-retry", observed="\x1b]0;title\x07 \u2014")],
        timeline=[request(1, 0.0), success(2, 0.0), end(0.0, "returned '\U0001f4a5'")],
        advice=["\x9b2J"],
        reasons=["\udcff"],
    )
    for text in (failure_message(hostile), inconclusive_message(hostile), advice_message(hostile)):
        assert all(line.isascii() and line.isprintable() for line in text.split("\n"))
