"""The whole way, with the real trial: a user's project, real clients, real requests, real judgements."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import CHAT, Project

CORPUS = Path(__file__).parents[1] / "corpus"
SYNC, ASYNC = "innocent/chat_urllib.py", "innocent/chat_httpx2_async.py"

FUNCTION = """
import pytest
from client import chat

@pytest.fixture
def ominigate_chat(ominigate):
    return chat(ominigate.base_url, ominigate.api_key)
"""
SESSION = """
import pytest
from client import chat

@pytest.fixture(scope="session")
def ominigate_chat(ominigate_server):
    return chat(ominigate_server.base_url, ominigate_server.api_key)
"""
ASYNC_FIXTURE = """
import pytest
from client import chat

@pytest.fixture
async def ominigate_chat(ominigate):
    yield chat(ominigate.base_url, ominigate.api_key)
"""
HASTY = """
import json
import time
import urllib.error
import urllib.request

def chat(base_url, api_key):
    body = json.dumps({"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "ping"}]}).encode()
    headers = {"Authorization": f"Bearer {api_key}", "Content-Type": "application/json"}

    def ask():
        for wait in (1, 2, 4, None):
            try:
                request = urllib.request.Request(base_url + "/chat/completions", body, headers)
                with urllib.request.urlopen(request) as reply:
                    return json.load(reply)["choices"][0]["message"]["content"]
            except urllib.error.HTTPError:
                if wait is None:
                    raise
                time.sleep(wait)

    return ask
"""


@pytest.fixture
def real(project: Project) -> Project:
    """A project in which nothing is faked."""
    project.fake = ()
    return project


def with_client(project: Project, conftest: str, client: str) -> Project:
    text = client if "\n" in client else (CORPUS / client).read_text("utf-8")
    return project.write({"conftest.py": conftest, "client.py": text})


NARROW = ("-k", "healthy or (rate_limited and (recovers or seconds)) or invalid_model")


@pytest.mark.parametrize("conftest", [FUNCTION, SESSION], ids=["function", "session"])
@pytest.mark.parametrize("client", [SYNC, ASYNC])
def test_a_compliant_client_passes(real: Project, conftest: str, client: str) -> None:
    result = with_client(real, conftest, client).spawn("--ominigate-errors", *NARROW)

    assert result.ret == pytest.ExitCode.OK
    assert {*result.parseoutcomes()} - {"warnings"} == {"passed", "deselected"}


@pytest.mark.parametrize("plugins", [("asyncio",), ("anyio",)])
def test_a_compliant_async_client_passes_in_its_fixtures_loop(real: Project, plugins: tuple[str, ...]) -> None:
    with_client(real, ASYNC_FIXTURE, ASYNC).ini("asyncio_mode = auto", "asyncio_default_fixture_loop_scope = function")

    result = real.spawn("--ominigate-errors", *NARROW, plugins=plugins)

    assert result.ret == pytest.ExitCode.OK
    assert {*result.parseoutcomes()} - {"warnings"} == {"passed", "deselected"}


def test_a_guilty_client_is_told_what_it_broke(real: Project) -> None:
    result = with_client(real, FUNCTION, HASTY).spawn(
        "--ominigate-errors", "conftest.py::ominigate::chat[rate_limited-retry_after_seconds]"
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["the client broke 1 MUST *on chat, handling 429 rate_limited*", "*early-retry*"])
    assert "sk-omg-" not in result.stdout.str()


def test_reports_are_the_same_alone_and_on_workers(real: Project) -> None:
    with_client(real, FUNCTION, HASTY)
    for name, workers in (("a", ()), ("b", ("-n2",))):
        real.run("--ominigate-errors", *NARROW, f"--ominigate-report=json:{name}.json", *workers)

    text = (real.path / "a.json").read_text("utf-8")
    assert text == (real.path / "b.json").read_text("utf-8")
    assert "sk-omg-" not in text
    assert json.loads(text)["summary"]["failed"] > 0


@pytest.mark.parametrize(
    "flags",
    [
        ("--disable-socket", "--allow-hosts=127.0.0.1"),
        ("--disable-socket", "--allow-hosts=127.0.0.1", "--allow-unix-socket"),
    ],
)
def test_a_fenced_off_network_is_no_obstacle(real: Project, flags: tuple[str, ...]) -> None:
    result = with_client(real, FUNCTION, SYNC).spawn("--ominigate-errors", *NARROW, *flags, plugins=("socket",))

    assert {*result.parseoutcomes()} - {"warnings"} == {"passed", "deselected"}


def test_tests_written_by_hand_are_judged(real: Project) -> None:
    with_client(real, "", HASTY).write(
        {
            "test_it.py": """
import pytest
from client import chat

@pytest.fixture
def ask(ominigate_server):
    return chat(ominigate_server.base_url, ominigate_server.api_key)

@pytest.mark.ominigate("rate_limited", times=2)
def test_waits(ask):
    assert ask() == "pong"

@pytest.mark.ominigate("rate_limited", retry_after=20)
def test_does_not_wait_long_enough(ask):
    assert ask() == "pong"

@pytest.mark.ominigate("rate_limited", retry_after=20, waive={"early-retry": "issue 12"})
def test_is_excused(ask):
    assert ask() == "pong"

def test_by_hand(ominigate, ask):
    ominigate.fail("upstream_failed", times=2)
    outcome = ominigate.call(ask)
    assert outcome.result == "pong"
    assert outcome.attempts == 3
    assert outcome.waits == [1.0, 2.0]

@pytest.mark.ominigate_errors("rate_limit_error")
def test_every_code(ominigate_error, ominigate, ask):
    ominigate.fail(ominigate_error.code)
    assert ominigate.call(ask).result == "pong"
"""
        }
    )

    result = real.spawn()

    result.assert_outcomes(passed=6, failed=1)
    result.stdout.fnmatch_lines(["FAILED test_it.py::test_does_not_wait_long_enough - *"])


def test_the_whole_suite_on_a_compliant_client(real: Project) -> None:
    result = with_client(real, FUNCTION, SYNC).run("--ominigate-errors", "-n2")

    assert result.ret == pytest.ExitCode.OK
    assert result.parseoutcomes()["passed"] + result.parseoutcomes().get("inconclusive", 0) == len(CHAT)


def test_responses_suites_meet_the_fake_gateway(real: Project) -> None:
    real.write(
        {
            "test_it.py": """
import requests

def test_it(ominigate, ominigate_responses):
    ominigate.fail("rate_limited")
    def ask():
        headers = {"Authorization": f"Bearer {ominigate.api_key}"}
        body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "ping"}]}
        return requests.post("https://api.ominigate.ai/v1/chat/completions", json=body, headers=headers).status_code
    assert [ask(), ask()] == [429, 200]
"""
        }
    )

    real.spawn().assert_outcomes(passed=1)
