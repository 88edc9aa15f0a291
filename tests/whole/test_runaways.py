"""Clients that could take the test run with them: each is a clear failure, and the run goes on."""

from __future__ import annotations

import pytest

from .conftest import Judge

CLIENT = """
import json
import sys
import urllib.error
import urllib.request

import pytest


def send(ominigate):
    body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "ping"}]}
    headers = {"Authorization": "Bearer " + ominigate.api_key, "Content-Type": "application/json"}
    url = ominigate.base_url + "/chat/completions"
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as response:
        return json.load(response)["choices"][0]["message"]["content"]

"""


def fixture(body: str) -> str:
    lines = "\n".join(f"        {line}" for line in body.strip().splitlines())
    return f"{CLIENT}\n@pytest.fixture\ndef ominigate_chat(ominigate):\n    def ask():\n{lines}\n    return ask\n"


def test_a_client_that_loops_for_ever_is_stopped(judge: Judge) -> None:
    run = judge(
        "-k",
        "invalid_api_key-persists or rate_limited-persists or healthy",
        conftest=fixture(
            "while True:\n    try:\n        return send(ominigate)\n    except BaseException:\n        continue"
        ),
    )

    assert run.code == 1
    assert "endless-retry" in run.rules("invalid_api_key-persists")
    assert "endless-retry" in run.rules("rate_limited-persists")
    assert run["healthy"]["verdict"] == "pass"
    assert "stopped" in run["invalid_api_key-persists"]["timeline"][-1]["summary"]


def test_a_client_that_swallows_every_exception_is_found(judge: Judge) -> None:
    run = judge(
        "-k",
        "invalid_api_key-persists or internal_error-persists or healthy",
        conftest=fixture("try:\n    return send(ominigate)\nexcept BaseException:\n    return None"),
    )

    assert run.code == 1
    assert run.rules("invalid_api_key-persists") == ["swallowed-error"]
    assert "swallowed-error" in run.rules("internal_error-persists")


def test_a_client_that_exits_is_found_and_the_run_goes_on(judge: Judge) -> None:
    run = judge(
        "-k",
        "invalid_api_key-persists or internal_error-recovers or healthy",
        conftest=fixture("try:\n    return send(ominigate)\nexcept urllib.error.HTTPError:\n    sys.exit(3)"),
    )

    assert run.code == 1
    assert run["invalid_api_key-persists"]["verdict"] == "fail"
    assert run["invalid_api_key-persists"]["timeline"][-1]["ending"] == "exited"
    assert len(run.report["results"]) == 3


def test_a_client_that_exits_at_once_fails_the_healthy_scenario(judge: Judge) -> None:
    run = judge("-k", "invalid_api_key-persists or healthy", conftest=fixture("sys.exit(0)"))

    assert run.code == 1
    assert run["healthy"]["verdict"] == "fail"
    assert run["invalid_api_key-persists"]["verdict"] == "inconclusive"


def test_a_client_that_never_calls_the_gateway_fails_the_healthy_scenario(judge: Judge) -> None:
    run = judge("-k", "invalid_api_key-persists or healthy", conftest=fixture('return "pong"'))

    assert run.code == 1
    assert "no request reached the fake gateway" in run["healthy"]["reasons"][0]
    assert run["invalid_api_key-persists"]["verdict"] == "inconclusive"


@pytest.mark.parametrize(
    "wait",
    [
        pytest.param("threading.Event().wait()", id="an event"),
        # As HTTP libraries do whose pools are tidied up by the garbage collector.
        pytest.param("lock = threading.Lock()\n    with lock, lock:\n        pass", id="a lock of its own"),
    ],
)
def test_a_client_that_waits_for_ever_for_nothing_is_stopped(judge: Judge, wait: str) -> None:
    run = judge(
        "-k",
        "invalid_api_key-persists or healthy",
        conftest=fixture(f"import threading\ntry:\n    return send(ominigate)\nexcept Exception:\n    {wait}"),
    )

    assert run["healthy"]["verdict"] == "pass"
    assert run["invalid_api_key-persists"]["verdict"] == "inconclusive"
    assert "never comes" in " ".join(run["invalid_api_key-persists"]["reasons"])


def test_a_client_that_sleeps_for_ever_is_stopped(judge: Judge) -> None:
    run = judge(
        "-k",
        "invalid_api_key-persists or healthy",
        conftest=fixture(
            "import time\ntry:\n    return send(ominigate)\nexcept Exception:\n    while True:\n        time.sleep(60)"
        ),
    )

    assert run["invalid_api_key-persists"]["verdict"] == "inconclusive"
    assert "without end" in " ".join(run["invalid_api_key-persists"]["reasons"])


@pytest.mark.parametrize(
    ("fixture_body", "said"),
    [
        ("return None", "returned nothing"),
        ("return 3", "an object of type int"),
        ("return lambda question: question", "cannot be called without arguments"),
    ],
)
def test_a_fixture_that_gives_no_client_says_what_it_must_give(judge: Judge, fixture_body: str, said: str) -> None:
    run = judge(
        "-k",
        "healthy",
        conftest=f"import pytest\n\n@pytest.fixture\ndef ominigate_chat(ominigate):\n    {fixture_body}\n",
    )

    assert run.code == 1
    assert said in run.text
