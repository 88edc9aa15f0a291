"""However a run ends, nothing of it stays in the process: no thread, file, patch or setting, and no trial."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from .conftest import Judge, Run

FOOTPRINT = Path(__file__).with_name("footprint.py").read_text("utf-8")
TRIALS = ("Bench", "FakeGateway", "Ominigate", "Running", "Stopper", "VirtualClock")
"""What one of lives on must not be there after its test; timelines may stay in a cache, a bounded number of them."""
QUESTION = '{"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "ping"}]}'
CLIENT = f"""
import asyncio, os, signal, threading, time

import aiohttp
import pytest
import requests

QUESTION = {QUESTION}


def ask(ominigate):
    headers = {{"Authorization": "Bearer " + ominigate.api_key}}
    reply = requests.post(ominigate.base_url + "/chat/completions", json=QUESTION, headers=headers)
    if not reply.ok:
        error = reply.json()["error"]
        raise RuntimeError(f"{{error['code']}} {{error.get('param')}} {{reply.headers['X-Request-Id']}}")
    return reply.json()["choices"][0]["message"]["content"]


async def aask(ominigate):
    headers = {{"Authorization": "Bearer " + ominigate.api_key}}
    async with aiohttp.ClientSession(headers=headers) as session:
        async with session.post(ominigate.base_url + "/chat/completions", json=QUESTION) as reply:
            answer = await reply.json()
    if "error" in answer:
        raise RuntimeError(f"{{answer['error']['code']}} {{reply.headers['X-Request-Id']}}")
    return answer["choices"][0]["message"]["content"]
"""
PATIENT = """
@pytest.fixture
def ominigate_chat(ominigate):
    def call():
        for wait in (1, 2, 4):
            try:
                return ask(ominigate)
            except Exception:
                threading.Event().wait(wait)
        return ask(ominigate)
    return call

@pytest.fixture
def ominigate_chat_stream(ominigate):
    async def call():
        for wait in (1, 2, 4):
            try:
                return await aask(ominigate)
            except Exception:
                await asyncio.to_thread(time.sleep, wait)
        return await aask(ominigate)
    return call
"""


class Leaving:
    """Runs a project and tells what the run has left."""

    def __init__(self, judge: Judge, path: Path) -> None:
        self.judge = judge
        self.path = path
        self.notes: dict[str, Any] = {}

    def __call__(self, *arguments: str, client: str, **files: str) -> Run:
        # pytest-socket replaces a method of sockets for good.
        run = self.judge(
            "-p", "footprint", "-p", "no:socket", *arguments, footprint=FOOTPRINT, conftest=CLIENT + client, **files
        )
        self.notes = json.loads(self.path.read_text("utf-8"))
        return run

    @property
    def left(self) -> dict[str, Any]:
        """All that is there after the run and was not before."""
        before, after = self.notes["before"], self.notes["after"]
        return {
            "threads": sorted((Counter(after["threads"]) - Counter(before["threads"])).elements()),
            "files": sorted((Counter(after["files"]) - Counter(before["files"])).elements()),
            "settings": self.notes["changed"],
            "objects": {kind: count for kind in TRIALS if (count := after["objects"][kind])},
        }


NOTHING: dict[str, Any] = {"threads": [], "files": [], "settings": [], "objects": {}}
NO_OBJECTS: dict[str, Any] = {"objects": {}}
"""Pytest keeps the exception of an interrupted run to its end, and with it all that its frames hold."""


@pytest.fixture
def leaving(judge: Judge, monkeypatch: pytest.MonkeyPatch, pytester: pytest.Pytester) -> Leaving:
    """Runs a project and tells what the run has left."""
    path = pytester.path / "footprint.json"
    monkeypatch.setenv("FOOTPRINT", str(path))
    monkeypatch.setenv("FOOTPRINT_EVERY", "20")
    return Leaving(judge, path)


def test_after_many_scenarios(leaving: Leaving) -> None:
    run = leaving(client=PATIENT)

    assert len(run.report["results"]) > 150
    assert leaving.left == NOTHING
    early, *_, late = leaving.notes["during"]
    assert late["threads"] == early["threads"]
    assert len(late["files"]) == len(early["files"])
    assert {kind: late["objects"][kind] for kind in TRIALS} == {kind: early["objects"][kind] for kind in TRIALS}
    assert late["objects"]["Timeline"] <= 64


def test_after_the_first_failure_of_a_run_that_stops_there(leaving: Leaving) -> None:
    run = leaving("-x", client=PATIENT)

    assert run.code == 1
    assert run.result.parseoutcomes()["failed"] == 1
    assert leaving.left == NOTHING


INTERRUPTED = {
    "a plain client": "def call():\n        os.kill(os.getpid(), signal.SIGINT)\n        time.sleep(60)",
    "a coroutine": "async def call():\n        os.kill(os.getpid(), signal.SIGINT)\n        await asyncio.sleep(60)",
    "threads at work": (
        "def call():\n"
        "        threads = [threading.Thread(target=time.sleep, args=(60,)) for _ in range(5)]\n"
        "        [thread.start() for thread in threads]\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "        [thread.join() for thread in threads]"
    ),
    "a request under way": (
        "def call():\n        threading.Thread(target=ask, args=(ominigate,)).start()\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n        return ask(ominigate)"
    ),
}


@pytest.mark.parametrize("call", INTERRUPTED.values(), ids=[name.replace(" ", "_") for name in INTERRUPTED])
def test_after_ctrl_c(leaving: Leaving, call: str) -> None:
    run = leaving(
        "-k", "healthy", client=f"@pytest.fixture\ndef ominigate_chat(ominigate):\n    {call}\n    return call\n"
    )

    assert run.code == pytest.ExitCode.INTERRUPTED
    assert "KeyboardInterrupt" in run.text
    assert leaving.left | NO_OBJECTS == NOTHING


def test_after_ctrl_c_in_the_body_of_a_test(leaving: Leaving) -> None:
    body = (
        "import os, signal, time, pytest\nfrom conftest import ask\n\n"
        "@pytest.mark.ominigate('rate_limited')\ndef test_it(ominigate):\n"
        "    with pytest.raises(RuntimeError):\n        ask(ominigate)\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n    time.sleep(60)\n"
    )
    run = leaving(client="", test_it=body)

    assert run.code == pytest.ExitCode.INTERRUPTED
    assert leaving.left | NO_OBJECTS == NOTHING


HANGING = {
    "a plain client": "def call():\n        held.acquire()",
    "a coroutine": "async def call():\n        held.acquire()",
    "a client that waits for ever": "def call():\n        threading.Event().wait()",
}


@pytest.mark.parametrize("call", HANGING.values(), ids=[name.replace(" ", "_") for name in HANGING])
def test_after_a_time_limit_that_a_signal_enforces(leaving: Leaving, call: str) -> None:
    client = (
        "held = threading.Lock()\nheld.acquire()\n\n"
        f"@pytest.fixture\ndef ominigate_chat(ominigate):\n    {call}\n    return call\n\n"
        "@pytest.fixture\ndef ominigate_messages(ominigate):\n    return lambda: ask(ominigate)\n"
    )
    run = leaving("-k", "healthy", "--timeout=2", "--timeout-method=signal", client=client)

    assert "Timeout" in run.text
    assert run.result.parseoutcomes()["failed"] == 2  # and the next test was run all the same
    assert leaving.left == NOTHING


def test_a_time_limit_that_a_thread_enforces_ends_the_run(leaving: Leaving) -> None:
    client = (
        "@pytest.fixture\ndef ominigate_chat(ominigate):\n    held = threading.Lock()\n    held.acquire()\n"
        "    return held.acquire\n"
    )
    run = leaving.judge("-k", "healthy", "--timeout=1", "--timeout-method=thread", conftest=CLIENT + client)

    assert run.code == 1
    assert "Timeout" in run.text + run.result.stderr.str()


def test_the_summary_tells_which_errors_were_met_though_what_passed_is_kept_short(leaving: Leaving) -> None:
    arguments = ("-k", "chat and healthy or rate_limited-recovers and not stream and not rpm and not tpm")
    with_report = leaving(*arguments, client=PATIENT)
    result = leaving.judge.pytester.runpytest_subprocess(
        "--ominigate-errors", "-p", "no:cacheprovider", "-p", "no:randomly", *arguments, timeout=120
    )

    told = [line for line in with_report.result.outlines if "documented errors" in line]
    assert told
    assert told == [line for line in result.outlines if "documented errors" in line]
    assert len(with_report["rate_limited-recovers"]["timeline"]) > 3
