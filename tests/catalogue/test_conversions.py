"""A documented error works inside other people's mocks."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
import requests
import responses
import respx
import time_machine
import vcr
import yaml

from pytest_ominigate.catalogue import ErrorEntry, load
from pytest_ominigate.catalogue.envelope import validate

CATALOGUE = load()
CHAT = "https://api.ominigate.ai/v1/chat/completions"
NOW = datetime(2026, 11, 22, 13, 0, 0, tzinfo=UTC)
ENTRIES = pytest.mark.parametrize("entry", CATALOGUE.entries, ids=lambda entry: entry.code)
SOME = pytest.mark.parametrize("code", ["invalid_model", "key_monthly_limit", "image_generation_timeout"])
LIMITED = CATALOGUE.require("rate_limited")


def holds(entry: ErrorEntry, status: int, headers: Any, body: Any) -> None:
    assert status == entry.status
    assert body == entry.as_json(now=NOW)
    assert validate(body, status) == ()
    assert headers["Content-Type"] == "application/json"
    assert headers["X-Request-Id"] == f"req_{entry.code}"
    assert headers["Retry-After"] == "20"


@ENTRIES
def test_json_is_the_valid_body(entry: ErrorEntry) -> None:
    assert validate(entry.as_json(now=NOW), entry.status) == ()


def test_a_cap_resets_after_the_present_where_no_other_moment_is_named() -> None:
    with time_machine.travel(NOW, tick=False):
        body = CATALOGUE.require("key_daily_limit").as_json()

    assert body["error"]["resets_at"] == "2026-11-23T00:00:00Z"


@ENTRIES
def test_headers_are_those_of_every_reply(entry: ErrorEntry) -> None:
    assert entry.headers == {"Content-Type": "application/json", "X-Request-Id": f"req_{entry.code}"}


@pytest.mark.parametrize(
    ("retry_after", "header"), [(20, "20"), (NOW, "Sun, 22 Nov 2026 13:00:00 GMT"), ("soon", "soon"), (0, "0")]
)
def test_headers_may_carry_a_retry_after(retry_after: Any, header: str) -> None:
    assert LIMITED.headers_with(retry_after=retry_after, request_id="req_1") == {
        "Content-Type": "application/json",
        "X-Request-Id": "req_1",
        "Retry-After": header,
    }


@ENTRIES
def test_responses(entry: ErrorEntry) -> None:
    with responses.RequestsMock() as mock:
        mock.add(entry.as_response(CHAT, retry_after=20, now=NOW))
        reply = requests.post(CHAT, json={}, timeout=1)

    holds(entry, reply.status_code, reply.headers, reply.json())
    assert reply.raw.headers.getlist("Content-Type") == ["application/json"]


def test_responses_of_another_method() -> None:
    with responses.RequestsMock() as mock:
        mock.add(LIMITED.as_response("https://api.ominigate.ai/v1/models", method="GET", request_id="req_1"))
        reply = requests.get("https://api.ominigate.ai/v1/models", timeout=1)

    assert (reply.status_code, reply.headers["X-Request-Id"]) == (429, "req_1")
    assert "Retry-After" not in reply.headers


@pytest.mark.parametrize(
    ("code", "url"),
    [
        ("rate_limited", CHAT),
        ("model_not_found", CHAT),
        ("image_generation_failed", "https://api.ominigate.ai/v1/images"),
        ("video_generation_failed", "https://api.ominigate.ai/v1/videos/google/create"),
        ("video_billing_error", "https://api.ominigate.ai/v1/videos/google/status"),
    ],
)
def test_the_url_is_by_default_a_route_that_the_error_can_meet(code: str, url: str) -> None:
    entry = CATALOGUE.require(code)

    assert entry.as_response().url == url
    assert entry.as_cassette()["interactions"][0]["request"]["uri"] == url


@ENTRIES
def test_httpx(entry: ErrorEntry) -> None:
    transport = httpx.MockTransport(lambda request: entry.as_httpx(retry_after=20, now=NOW))
    with httpx.Client(transport=transport) as client:
        reply = client.post(CHAT, json={})

    holds(entry, reply.status_code, reply.headers, reply.json())


@ENTRIES
def test_httpx2(entry: ErrorEntry) -> None:
    transport = httpx2.MockTransport(lambda request: entry.as_httpx("httpx2", retry_after=20, now=NOW))
    with httpx2.Client(transport=transport) as client:
        reply = client.post(CHAT, json={})

    holds(entry, reply.status_code, reply.headers, reply.json())


@SOME
def test_respx(code: str) -> None:
    entry = CATALOGUE.require(code)
    with respx.mock() as mock:
        mock.post(CHAT).mock(return_value=entry.as_httpx(retry_after=20, now=NOW))
        reply = httpx.post(CHAT, json={})

    holds(entry, reply.status_code, reply.headers, reply.json())


async def _ask(transport: httpx.MockTransport) -> httpx.Response:
    async with httpx.AsyncClient(transport=transport) as client:
        return await client.post(CHAT, json={})


@pytest.mark.asyncio
async def test_httpx_without_blocking() -> None:
    reply = await _ask(httpx.MockTransport(lambda request: LIMITED.as_httpx(retry_after=20, now=NOW)))

    holds(LIMITED, reply.status_code, reply.headers, reply.json())


def test_httpx_is_the_older_library_unless_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(LIMITED.as_httpx(), httpx.Response)
    assert isinstance(LIMITED.as_httpx("httpx"), httpx.Response)

    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    assert isinstance(LIMITED.as_httpx(), httpx2.Response)


@SOME
def test_a_cassette_is_replayed(code: str, tmp_path: Path) -> None:
    entry = CATALOGUE.require(code)
    (tmp_path / "error.yaml").write_text(entry.as_cassette_text(CHAT, times=2, retry_after=20, now=NOW))

    with vcr.use_cassette(str(tmp_path / "error.yaml"), record_mode="none") as cassette:
        replies = [requests.post(CHAT, json={"n": number}, timeout=1) for number in range(2)]

    assert cassette.all_played
    for reply in replies:
        holds(entry, reply.status_code, reply.headers, reply.json())


@pytest.mark.parametrize("library", [httpx, httpx2], ids=lambda module: module.__name__)
def test_a_cassette_is_replayed_to_httpx(library: Any, tmp_path: Path) -> None:
    (tmp_path / "error.yaml").write_text(LIMITED.as_cassette_text(retry_after=20, now=NOW))

    with vcr.use_cassette(str(tmp_path / "error.yaml"), record_mode="none"):
        reply = library.post(CHAT, json={})

    holds(LIMITED, reply.status_code, reply.headers, reply.json())


def test_a_cassette_is_plain_data() -> None:
    cassette = LIMITED.as_cassette(status=429, retry_after=20)

    assert cassette == {
        "version": 1,
        "interactions": [
            {
                "request": {"method": "POST", "uri": CHAT, "body": None, "headers": {}},
                "response": {
                    "status": {"code": 429, "message": "Too Many Requests"},
                    "headers": {
                        "Content-Type": ["application/json"],
                        "X-Request-Id": ["req_rate_limited"],
                        "Retry-After": ["20"],
                    },
                    "body": {"string": json.dumps(LIMITED.as_json())},
                },
            }
        ],
    }
    assert yaml.safe_load(LIMITED.as_cassette_text(status=429, retry_after=20)) == cassette


def test_a_cassette_answers_at_least_once() -> None:
    with pytest.raises(ValueError, match=r"^times is 0;"):
        LIMITED.as_cassette(times=0)


def test_another_documented_status_can_be_asked_for() -> None:
    entry = CATALOGUE.require("key_daily_limit")

    assert entry.as_response(status=402).status == 402
    assert entry.as_httpx(status=402).status_code == 402
    assert entry.as_cassette(status=402)["interactions"][0]["response"]["status"]["code"] == 402


@pytest.mark.parametrize(
    "convert", [LIMITED.as_response, LIMITED.as_httpx, LIMITED.as_cassette, LIMITED.as_cassette_text]
)
def test_misuse_is_answered_with_the_choices(convert: Any) -> None:
    with pytest.raises(
        ValueError, match=r"^no documented status of rate_limited '402'\. Did you mean '429'\? Known: 429$"
    ):
        convert(status=402)
    with pytest.raises(TypeError, match=r"^no keyword 'retry_afer'\. Did you mean 'retry_after'\? Known: status, "):
        convert(retry_afer=20)


def test_an_unknown_library_is_answered_with_the_choices() -> None:
    with pytest.raises(ValueError, match=r"^no httpx library 'httpx3'\. Did you mean .* Known: httpx, httpx2$"):
        LIMITED.as_httpx("httpx3")  # type: ignore[call-overload]


def test_the_catalogue_imports_no_library_by_itself(tmp_path: Path) -> None:
    """A test run that does not ask for a conversion pays for none."""
    import subprocess

    code = (
        "import sys; from pytest_ominigate.catalogue import load; load(); "
        "print([name for name in ('httpx', 'httpx2', 'responses', 'vcr', 'yaml', 'jsonschema') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)

    assert run.stdout == "[]\n"
