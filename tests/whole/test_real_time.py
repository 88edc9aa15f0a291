"""What a person at the keyboard, a debugger and the test run's own timing see: real time, whatever the client waits."""

from __future__ import annotations

import re
import sys

import pytest

from .conftest import Judge

CLIENT = """
import json
import os
import signal
import threading
import time
import urllib.error
import urllib.request

import pytest


@pytest.fixture
def ominigate_chat(ominigate):
    def ask():
        body = {{"model": "openai/gpt-4o", "messages": [{{"role": "user", "content": "ping"}}]}}
        headers = {{"Authorization": "Bearer " + ominigate.api_key, "Content-Type": "application/json"}}
        url = ominigate.base_url + "/chat/completions"
        request = urllib.request.Request(url, json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request) as response:
                return json.load(response)["choices"][0]["message"]["content"]
        except urllib.error.HTTPError:
            {handler}
            raise

    return ask
"""
ONE = ("-k", "invalid_api_key-persists")
INTERRUPT = "os.kill(os.getpid(), signal.SIGINT)"


@pytest.mark.parametrize(
    "handler",
    [
        f"for hour in range(10**9): time.sleep(3600), hour == 50 and {INTERRUPT}",
        f"{INTERRUPT}\n            while True: pass",
        f"threading.Thread(target=lambda: {INTERRUPT}).start(), threading.Event().wait()",
    ],
    ids=["waits for hours", "computes", "waits for ever"],
)
def test_an_interrupt_ends_the_run(judge: Judge, handler: str) -> None:
    run = judge(*ONE, conftest=CLIENT.format(handler=handler))

    assert run.code == pytest.ExitCode.INTERRUPTED
    assert "KeyboardInterrupt" in run.text


@pytest.mark.parametrize("method", ["signal", "thread"])
def test_the_time_limit_of_a_test_is_real(judge: Judge, method: str) -> None:
    handler = "time.sleep(360_000)\n            while True: pass"
    limits = ("--timeout=1", f"--timeout-method={method}", "-o", "faulthandler_timeout=0.2")
    run = judge(*ONE, *limits, conftest=CLIENT.format(handler=handler))

    assert run.code == pytest.ExitCode.TESTS_FAILED
    assert "Timeout" in run.text + run.result.stderr.str()
    assert "Timeout (0:00:00.200000)!" in run.result.stderr.str()  # faulthandler's


def test_hours_of_waiting_count_neither_against_the_time_limit_nor_as_duration(judge: Judge) -> None:
    run = judge(
        *ONE,
        *("--timeout=60", "--durations=1", "--durations-min=0", "--junitxml=junit.xml"),
        conftest=CLIENT.format(handler="time.sleep(360_000)"),
    )
    junit = (judge.pytester.path / "junit.xml").read_text("utf-8")

    durations = re.findall(r"([\d.]+)s (?:call|setup|teardown) ", run.text) + re.findall(r' time="([\d.]+)"', junit)
    assert len(durations) >= 2
    assert all(float(seconds) < 60 for seconds in durations)
    assert run["invalid_api_key-persists"]["verdict"] == "pass"


@pytest.mark.parametrize(
    ("handler", "arguments"), [("time.sleep(36_000); breakpoint()", ()), ("return None", ("--pdb",))]
)
def test_a_debugger_can_be_used(judge: Judge, handler: str, arguments: tuple[str, ...]) -> None:
    judge.pytester.makeconftest(CLIENT.format(handler=handler))
    command = ("-m", "pytest", "-p", "no:cacheprovider", "--ominigate-errors", *ONE, *arguments)
    result = judge.pytester.run(sys.executable, *command, stdin=b"p 40 + 2\nc\n" * 4, timeout=60)

    assert "(Pdb) 42" in result.stdout.str()
    assert "inconclusive" not in result.stdout.str()
