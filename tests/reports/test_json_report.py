"""The JSON report."""

from __future__ import annotations

import json

import jsonschema

from pytest_ominigate.catalogue.load import schema
from pytest_ominigate.reports.json_report import render
from pytest_ominigate.reports.model import SessionReport

from .samples import end, forgetful, impatient, request, result, session, success, wait

REPORT = """\
{
  "version": 1,
  "plugin": "0.1.0",
  "summary": {
    "checks": 1,
    "passed": 0,
    "failed": 1,
    "inconclusive": 0,
    "not_run": 0,
    "must": 1,
    "should": 1
  },
  "results": [
    {
      "nodeid": "tests/conftest.py::ominigate::chat[rate_limited-retry_after_seconds]",
      "operation": "chat",
      "code": "rate_limited",
      "status": 429,
      "scenario": "retry_after_seconds",
      "verdict": "fail",
      "violations": [
        {
          "rule": "early-retry",
          "level": "MUST",
          "expected": "a wait of at least 20 s (the reply's Retry-After)",
          "observed": "a wait of 1 s",
          "at": 2,
          "code": "rate_limited",
          "section": "rate_limited / How to handle",
          "duty": "Wait at least as long as Retry-After asks.",
          "next": "Sleep for Retry-After seconds before the next request."
        },
        {
          "rule": "lost-request-id",
          "level": "SHOULD",
          "expected": "the X-Request-Id in the exception or a log record",
          "observed": "neither holds it",
          "at": null,
          "code": "rate_limited",
          "section": "rate_limited / How to handle",
          "duty": "Support asks for the X-Request-Id of the reply.",
          "next": "Keep the header on the exception."
        }
      ],
      "timeline": [
        {
          "event": "request",
          "number": 1,
          "at": 0.0,
          "operation": "chat",
          "method": "POST",
          "path": "/v1/chat/completions",
          "key": "key 1",
          "model": "openai/gpt-5",
          "lane": 1,
          "reply": "error",
          "status": 429,
          "code": "rate_limited",
          "retry_after": "20",
          "sdk_retry": null
        },
        {
          "event": "wait",
          "at": 0.0,
          "seconds": 1.0,
          "how": "time.sleep",
          "where": "client.py:31 in ask",
          "layer": "client",
          "lane": 1
        },
        {
          "event": "end",
          "at": 1.0,
          "lane": 1,
          "ending": "returned",
          "summary": "returned 'pong'"
        }
      ],
      "reasons": [],
      "advice": [
        "SDK 3 x app 3 = 9"
      ],
      "waived": [],
      "location": {
        "path": "tests/conftest.py",
        "line": 5
      }
    }
  ]
}
"""


def test_the_report_has_its_exact_text() -> None:
    sample = impatient()
    del sample["timeline"][2]
    assert render(SessionReport.of([sample], plugin="0.1.0")) == REPORT


def test_every_kind_of_result_and_event_obeys_the_schema() -> None:
    kinds = ("success", "error", "unreadable", "reset", "cut", "unfinished", "stream_error")
    everything = result(
        "recovers",
        timeline=[
            *(
                request(number, 0.0, None, None, reply=kind, key=None, model=None)
                for number, kind in enumerate(kinds, 1)
            ),
            request(8, 0.0, retry_after="soon", sdk_retry=2),
            success(9, 0.0),
            wait(0.0, 0.5, layer="", where=""),
            *(end(1.0, "", ending=ending) for ending in ("returned", "raised", "stopped", "exited")),
        ],
    )
    nowhere = result("persists") | {"location": None}
    unplaced = result("status_1")
    del unplaced["location"]
    results = [*session().results, everything, nowhere, unplaced]
    report = SessionReport.of(results, not_run=session().not_run, plugin="0.1.0")
    validator = jsonschema.Draft202012Validator(schema("report"))
    assert [error.message for error in validator.iter_errors(json.loads(render(report)))] == []


def test_the_schema_refuses_what_is_no_report() -> None:
    data = json.loads(render(session()))
    data["results"][0]["verdict"] = "maybe"
    assert not jsonschema.Draft202012Validator(schema("report")).is_valid(data)


def test_members_stand_in_one_order_however_a_result_was_put_together() -> None:
    shuffled = dict(reversed(forgetful().items()))
    assert render(SessionReport.of([shuffled])) == render(SessionReport.of([forgetful()]))  # type: ignore[list-item]


def test_an_empty_session_is_a_report_too() -> None:
    data = json.loads(render(SessionReport.of([], plugin="0.1.0")))
    jsonschema.validate(data, schema("report"))
    assert data["results"] == []
