"""The shipped schemas are sound, need no network, and refuse what they should."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pytest_ominigate.catalogue.load import SCHEMAS, schema

REQUEST = {
    "event": "request",
    "number": 1,
    "at": 0.0,
    "operation": "chat",
    "method": "POST",
    "path": "/v1/chat/completions",
    "key": "key 1",
    "model": "openai/gpt-4o",
    "lane": 1,
    "reply": "error",
    "status": 429,
    "code": "rate_limited",
    "retry_after": "20",
    "sdk_retry": 0,
}
WAIT = {
    "event": "wait",
    "at": 0.0,
    "seconds": 1.5,
    "how": "time.sleep",
    "where": "client.py:31 in ask",
    "layer": "client",
    "lane": 1,
}
END = {"event": "end", "at": 1.5, "lane": 1, "ending": "raised", "summary": "raised openai.RateLimitError"}
VIOLATION = {
    "rule": "early-retry",
    "level": "MUST",
    "expected": "a wait of at least 20 s",
    "observed": "a wait of 1.5 s",
    "at": 2,
    "code": "rate_limited",
    "section": "rate_limited / How to handle",
    "duty": "Wait at least as long as Retry-After asks.",
    "next": "Read the header.",
}
RESULT = {
    "nodeid": "tests/conftest.py::ominigate::chat[rate_limited-recovers]",
    "operation": "chat",
    "code": "rate_limited",
    "status": 429,
    "scenario": "recovers",
    "verdict": "fail",
    "violations": [VIOLATION],
    "timeline": [REQUEST, WAIT, REQUEST | {"number": 2, "at": 1.5}, END],
    "reasons": [],
    "advice": ["openai 3 x app 3 = 9"],
    "waived": [{"rule": "missing-jitter", "reason": "a single client"}],
    "location": {"path": "tests/conftest.py", "line": 7},
}
SUMMARY = {"checks": 1, "passed": 0, "failed": 1, "inconclusive": 0, "not_run": 0, "must": 1, "should": 0}
REPORT = {"version": 1, "plugin": "0.1.0", "summary": SUMMARY, "results": [RESULT]}

OPTIONAL = {"location"}


def parts(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    """All objects in some JSON data, with the way to each."""
    if isinstance(node, dict):
        yield path, node
    if isinstance(node, dict | list):
        for step, inner in node.items() if isinstance(node, dict) else enumerate(node):
            yield from parts(inner, (*path, step))


def at(data: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        data = data[step]
    return data


def accepts(report: object) -> bool:
    return Draft202012Validator(schema("report")).is_valid(report)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_valid_by_its_own_dialect(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))

    assert schema(name)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_refers_to_nothing_outside_itself(name: str) -> None:
    whole = schema(name)
    references = [part["$ref"] for _, part in parts(whole) if "$ref" in part]

    assert references
    for reference in references:
        assert reference.startswith("#")
        assert isinstance(at(whole, tuple(reference.split("/")[1:])), dict)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_required_member_is_a_described_one(name: str) -> None:
    """Strict validators in other languages insist on it; it also catches a misspelt name."""
    for path, part in parts(schema(name)):
        if path[-1:] != ("properties",) and isinstance(part.get("required"), list):
            assert set(part["required"]) <= set(part["properties"]), path


def test_an_unknown_schema_is_answered_with_the_known() -> None:
    with pytest.raises(ValueError, match=r"^no schema 'reports'\. Did you mean 'report'\? Known: error-catalogue, "):
        schema("reports")


def test_a_schema_can_be_changed_by_its_reader_without_harm() -> None:
    schema("report").clear()

    assert schema("report")["title"] == "pytest-ominigate report"


def test_a_report_is_taken() -> None:
    assert accepts(REPORT)
    assert accepts(REPORT | {"results": []})


def test_a_report_may_leave_open_what_a_scenario_lacks() -> None:
    healthy = RESULT | {
        "code": None,
        "status": None,
        "scenario": "healthy",
        "verdict": "inconclusive",
        "location": None,
    }
    unsent = REQUEST | dict.fromkeys(("key", "model", "status", "code", "retry_after", "sdk_retry"))
    healthy |= {"violations": [VIOLATION | {"at": None, "code": None}], "timeline": [unsent | {"reply": "reset"}]}
    del healthy["location"]

    assert accepts(REPORT | {"results": [healthy]})


@pytest.mark.parametrize("path", [path for path, _ in parts(REPORT)], ids=str)
def test_a_report_holds_nothing_unannounced(path: tuple[Any, ...]) -> None:
    report = copy.deepcopy(REPORT)
    at(report, path)["surprise"] = 1

    assert not accepts(report)


@pytest.mark.parametrize(
    ("path", "name"),
    [(path, name) for path, part in parts(REPORT) for name in part if name not in OPTIONAL],
    ids=str,
)
def test_a_report_lacks_nothing(path: tuple[Any, ...], name: str) -> None:
    report = copy.deepcopy(REPORT)
    del at(report, path)[name]

    assert not accepts(report)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("version",), 2),
        (("plugin",), ""),
        (("summary", "checks"), -1),
        (("results", 0, "nodeid"), ""),
        (("results", 0, "verdict"), "error"),
        (("results", 0, "status"), "429"),
        (("results", 0, "violations", 0, "level"), "MAY"),
        (("results", 0, "violations", 0, "rule"), "OG101"),
        (("results", 0, "violations", 0, "at"), 0),
        (("results", 0, "timeline", 0, "event"), "wait"),
        (("results", 0, "timeline", 0, "key"), "sk-omg-secret"),
        (("results", 0, "timeline", 0, "reply"), "failure"),
        (("results", 0, "timeline", 0, "number"), 0),
        (("results", 0, "timeline", 1, "seconds"), -1),
        (("results", 0, "timeline", 3, "ending"), "crashed"),
        (("results", 0, "location", "line"), 0),
    ],
)
def test_a_report_with_a_wrong_value_is_refused(path: tuple[Any, ...], value: object) -> None:
    report = copy.deepcopy(REPORT)
    at(report, path[:-1])[path[-1]] = value

    assert not accepts(report)
