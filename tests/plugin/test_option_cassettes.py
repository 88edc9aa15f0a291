"""``--ominigate-cassettes=DIR``: recorded cassettes hold documented errors and no key."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from pytest_ominigate.catalogue import load

from .conftest import Project

CHAT = "https://api.ominigate.ai/v1/chat/completions"
KEY = "sk-omg-9fK2mQ7xT4vB8nZ1"
GOOD = load().require("rate_limited").as_json(now=datetime(2026, 11, 22, tzinfo=UTC))


def cassette(body: Any = GOOD, *, status: int = 429, uri: str = CHAT, **request: Any) -> dict[str, Any]:
    """A cassette with one exchange."""
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    exchange = {
        "request": {"method": "POST", "uri": uri, "body": None, "headers": {}, **request},
        "response": {"status": {"code": status, "message": ""}, "headers": {}, "body": {"string": text}},
    }
    return {"version": 1, "interactions": [exchange]}


def findings(project: Project, files: dict[str, Any]) -> list[str]:
    """What the audit of these files says."""
    texts = {name: data if isinstance(data, str) else yaml.safe_dump(data) for name, data in files.items()}
    project.write({"test_own.py": "def test_own(): pass", **{f"tapes/{name}": text for name, text in texts.items()}})
    result = project.run("--ominigate-cassettes=tapes")
    found = [line.removeprefix("gate failed: ") for line in result.stdout.lines if line.startswith("gate failed")]
    assert result.ret == (pytest.ExitCode.TESTS_FAILED if found else pytest.ExitCode.OK)
    assert KEY not in result.stdout.str()
    return found


@pytest.mark.parametrize("entry", load().entries, ids=lambda entry: entry.code)
def test_documented_errors_are_fine(project: Project, entry: Any) -> None:
    assert findings(project, {"a.yaml": entry.as_cassette_text(CHAT)}) == []


def test_an_error_under_a_wrong_status_is_found(project: Project) -> None:
    (found,) = findings(project, {"a/b.yaml": cassette(status=503)})

    assert found.startswith("tapes/a/b.yaml, interaction 1: the 503 reply is not as documented: ")


def test_an_error_that_is_no_json_is_found(project: Project) -> None:
    assert findings(project, {"a.yaml": cassette("<html>", status=502)}) == [
        "tapes/a.yaml, interaction 1: the 502 reply is no JSON; all documented errors are"
    ]


@pytest.mark.parametrize(
    ("request_", "place"),
    [
        ({"headers": {"authorization": [f"Bearer {KEY}"]}}, "request.headers.authorization"),
        ({"headers": {"x-api-key": [KEY]}}, "request.headers.x-api-key"),
        ({"body": f'{{"key": "{KEY}"}}'}, "request.body"),
        ({"body": f"key={KEY}".encode()}, "request.body"),
        ({"uri": f"https://elsewhere.example/?key={KEY}"}, "request.uri"),
    ],
)
def test_a_recorded_key_is_found_wherever_it_stands(project: Project, request_: dict[str, Any], place: str) -> None:
    data = cassette()
    data["interactions"][0]["request"].update(request_)

    assert findings(project, {"a.yml": data}) == [
        f"tapes/a.yml, interaction 1: an API key was recorded ({place}); revoke it, and filter it out when recording"
    ]


@pytest.mark.parametrize(
    "placeholder", ["REDACTED", "xxxxxxxxxxxxxxxxxxxx", "your-key-goes-here", "x", "test-0123456789ab"]
)
def test_a_placeholder_is_no_key(project: Project, placeholder: str) -> None:
    recorded = cassette(headers={"authorization": [f"Bearer sk-omg-{placeholder}"]})

    assert findings(project, {"a.yaml": recorded}) == []


def test_replies_of_others_and_successes_are_not_looked_at(project: Project) -> None:
    elsewhere = cassette("<html>", status=502, uri="https://elsewhere.example/v1/chat/completions")

    assert findings(project, {"a.yaml": elsewhere, "b.yaml": cassette("pong", status=200)}) == []


def test_undocumented_codes_are_allowed_since_the_gateway_may_add_them(project: Project) -> None:
    body = {"error": {"type": "rate_limit_error", "code": "new_limited", "message": "New."}}

    assert findings(project, {"a.yaml": cassette(body)}) == []


def test_json_cassettes_and_packed_bodies_are_read(project: Project) -> None:
    packed = cassette()
    packed["interactions"][0]["response"]["body"] = {"base64_string": base64.b64encode(b"<html>").decode()}
    squeezed = cassette(gzip.compress(b"<html>"), status=502)
    squeezed["interactions"][0]["response"]["headers"] = {"Content-Encoding": ["gzip"]}

    found = findings(project, {"a.json": json.dumps(packed), "b.yaml": squeezed})

    assert [line.partition(":")[0] for line in found] == ["tapes/a.json, interaction 1", "tapes/b.yaml, interaction 1"]


def test_a_file_that_cannot_be_read_is_told(project: Project) -> None:
    assert findings(project, {"a.yaml": "{", "b.yaml": cassette()}) == ["tapes/a.yaml: cannot be read (ParserError)"]


def test_an_empty_folder_is_no_success(project: Project) -> None:
    assert findings(project, {"notes.txt": "", "other.yaml": "a: 1"}) == [
        "no cassette was found under tapes (.yaml, .yml, .json)"
    ]


def test_a_missing_folder_is_a_usage_error(project: Project) -> None:
    result = project.run("--ominigate-cassettes=tapes")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --ominigate-cassettes: no folder *tapes"])
