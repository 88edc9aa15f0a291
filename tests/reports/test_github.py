"""Annotations in GitHub workflows."""

from __future__ import annotations

from pytest_ominigate.reports.github import render
from pytest_ominigate.reports.model import SessionReport

from .samples import early_retry, impatient, lost_request_id, result, session, shown

ANNOTATIONS = """\
::error file=tests/conftest.py,line=5,title=early-retry (MUST)::\
1 scenario: chat[rate_limited-retry_after_seconds]%0A\
duty: Wait at least as long as Retry-After asks.%0A\
expected: a wait of at least 20 s (the reply's Retry-After)%0A\
observed: a wait of 1 s%0A\
next: Sleep for Retry-After seconds before the next request.%0A\
why: pytest --ominigate-explain early-retry
::warning file=tests/conftest.py,line=5,title=lost-request-id (SHOULD)::\
2 scenarios: chat[rate_limited-retry_after_seconds], messages[rate_limited-recovers]%0A\
duty: Support asks for the X-Request-Id of the reply.%0A\
expected: the X-Request-Id in the exception or a log record%0A\
observed: neither holds it%0A\
next: Keep the header on the exception.%0A\
why: pytest --ominigate-explain lost-request-id
::warning file=tests/conftest.py,line=5,title=no verdict::\
1 scenario: chat[internal_error-recovers]%0A\
no-backoff: the client waited 0.2 s in a way the virtual clock cannot see
::notice title=ominigate::5 scenarios: 3 passed, 1 failed, 1 inconclusive; 1 MUST and 1 SHOULD duties broken; \
not run: 120 (image, video: no fixture)
"""


def test_the_annotations_have_their_exact_text() -> None:
    assert render(session()) == ANNOTATIONS


def test_more_than_ten_of_a_kind_are_counted() -> None:
    crowd = [early_retry() | {"rule": f"rule-{number:02}"} for number in range(13)]
    lines = render(SessionReport.of([result(verdict="fail", violations=crowd)])).splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["::error"] * 10 + ["::notice"] * 2
    assert lines[10] == "::notice title=ominigate::3 error annotations more than GitHub shows; see the full report."


def test_many_scenarios_share_an_annotation_and_five_are_named() -> None:
    results = [result(f"s{number}", "fail", violations=[early_retry()]) for number in range(7)]
    line = render(SessionReport.of(results)).splitlines()[0]
    named = ", ".join(f"chat[rate_limited-s{number}]" for number in range(5))
    assert f"::7 scenarios: {named} and 2 more%0A" in line


def test_advice_is_an_error_where_strictness_made_the_item_fail() -> None:
    strict = result(verdict="fail", violations=[lost_request_id()])
    assert render(SessionReport.of([strict])).startswith("::error file=tests/conftest.py,line=5,title=lost-request-id")


def test_a_failure_without_a_broken_rule_is_an_error_too() -> None:
    failed = result("healthy", "fail", code=None, status=None, reasons=["no request: 100% silence"])
    assert render(SessionReport.of([failed])).splitlines()[0] == (
        "::error file=tests/conftest.py,line=5,title=failed::1 scenario: chat[healthy]%0Ano request: 100%25 silence"
    )


def test_without_a_location_the_file_of_the_node_id_is_used() -> None:
    sample = impatient()
    sample["location"] = None
    sample["nodeid"] = "a,b:c%/test_x.py::test_it"
    assert render(SessionReport.of([sample])).startswith("::error file=a%2Cb%3Ac%25/test_x.py,line=1,")


def test_no_text_of_a_client_starts_a_command_of_its_own() -> None:
    hostile = result(verdict="fail", violations=[shown("early-retry", observed="x\n::stop-commands::y\r\n::z")])
    lines = render(SessionReport.of([hostile])).splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["::error", "::notice"]
