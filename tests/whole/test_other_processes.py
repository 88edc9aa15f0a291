"""Clients in another process, on real time: judged like all others, and ended when they do not end."""

from __future__ import annotations

import pytest

from .conftest import Judge, Run

PROGRAM = """
import json, os, signal, sys, time, urllib.error, urllib.request

signal.signal(signal.SIGTERM, signal.SIG_IGN)
while True:
    body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "ping"}]}
    headers = {"Authorization": "Bearer " + os.environ["API_KEY"], "Content-Type": "application/json"}
    url = os.environ["BASE_URL"] + "/chat/completions"
    try:
        with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers)) as response:
            print(json.load(response)["choices"][0]["message"]["content"])
            break
    except urllib.error.HTTPError as error:
        if "patient" in sys.argv:
            time.sleep(3600)
        if "endless" not in sys.argv:
            sys.exit(f"{error.read().decode()} {error.headers['X-Request-Id']}")
    except OSError:
        time.sleep(0.01)
"""
START = """
import asyncio, os, subprocess, sys
import pytest

def environment(ominigate):
    return {**os.environ, "BASE_URL": ominigate.base_url, "API_KEY": ominigate.api_key}
"""
PLAIN = (
    START
    + """
@pytest.fixture
def ominigate_chat(ominigate):
    def ask():
        command = [sys.executable, "program.py", "MODE"]
        done = subprocess.run(command, env=environment(ominigate), capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout
    return ask
"""
)
ASYNC = (
    START
    + """
@pytest.fixture
def ominigate_chat(ominigate):
    async def ask():
        process = await asyncio.create_subprocess_exec(
            sys.executable, "program.py", "MODE",
            env=environment(ominigate), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        out, err = await process.communicate()
        if process.returncode:
            raise RuntimeError(err.decode())
        return out.decode()
    return ask
"""
)
STUBBORN = """
import asyncio, httpx, pytest

@pytest.fixture
def ominigate_chat(ominigate):
    async def ask():
        body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "ping"}]}
        headers = {"Authorization": "Bearer " + ominigate.api_key}
        async with httpx.AsyncClient() as client:
            while True:
                try:
                    reply = await client.post(ominigate.base_url + "/chat/completions", json=body, headers=headers)
                    if reply.status_code == 200:
                        return reply.json()["choices"][0]["message"]["content"]
                except BaseException:
                    await asyncio.sleep(0.001)
    return ask
"""
SCENARIOS = ("-k", "healthy or insufficient_balance-persists", "--ominigate-clock=real")


@pytest.mark.parametrize("fixture", [PLAIN, ASYNC], ids=["subprocess", "asyncio"])
class TestProcess:
    def test_it_is_judged_by_what_it_prints_and_how_it_ends(self, judge: Judge, fixture: str) -> None:
        run = judge(*SCENARIOS, "--ominigate-strict", conftest=fixture.replace("MODE", "once"), program=PROGRAM)

        assert run.verdicts("pass") == ["healthy", "insufficient_balance-persists"], run.text

    def test_it_is_ended_when_it_never_ends(self, judge: Judge, fixture: str) -> None:
        run = judge(*SCENARIOS, conftest=fixture.replace("MODE", "endless"), program=PROGRAM)

        assert run.verdicts("pass") == ["healthy"], run.text
        assert run.rules("insufficient_balance-persists") == ["retried-permanent-error", "endless-retry"]
        assert run["insufficient_balance-persists"]["timeline"][-1]["ending"] == "stopped"


def test_a_coroutine_that_does_not_let_itself_be_cancelled_is_ended(judge: Judge) -> None:
    run = judge(*SCENARIOS, conftest=STUBBORN)

    assert run.rules("insufficient_balance-persists") == ["retried-permanent-error", "endless-retry"]
    assert run["insufficient_balance-persists"]["timeline"][-1]["ending"] == "stopped"


class TestOneFixtureOnRealTime:
    """The rest of the suite stays on virtual time."""

    CONFTEST = PLAIN.replace("MODE", "once").replace(
        "    return ask", "    ask.ominigate_clock = 'CLOCK'\n    return ask"
    )

    def test_the_callable_says_so(self, judge: Judge) -> None:
        run = judge(
            *SCENARIOS[:2], "--ominigate-strict", conftest=self.CONFTEST.replace("CLOCK", "real"), program=PROGRAM
        )

        assert run.verdicts("pass") == ["healthy", "insufficient_balance-persists"], run.text

    def test_a_misspelt_clock_is_answered_with_the_choices(self, judge: Judge) -> None:
        run = judge(*SCENARIOS[:2], conftest=self.CONFTEST.replace("CLOCK", "sundial"), program=PROGRAM)

        assert run.code == 1
        assert "ominigate_clock: no choice 'sundial'. Known: virtual, real" in run.text
        assert "Traceback" not in run.text


IMPATIENT = """
from pytest_ominigate.trial import patience
patience.LONGEST = 5.0
"""


def test_a_process_that_waits_for_an_hour_is_not_waited_for(judge: Judge) -> None:
    run = judge(*SCENARIOS, conftest=IMPATIENT + PLAIN.replace("MODE", "patient"), program=PROGRAM)

    assert run.verdicts("pass") == ["healthy"], run.text
    assert run.verdicts("inconclusive") == ["insufficient_balance-persists"], run.text
    said = " ".join(run.text.split())
    assert "the client had to be stopped: it was still at work after 5 s of real time" in said


WORKERS = """
import multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from program import send

kept = []

@pytest.fixture
def ominigate_chat(ominigate):
    def ask():
        pool = kept.pop() if kept else ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("HOW"))
        got = pool.submit(send, ominigate.base_url, ominigate.api_key).result(timeout=3600)
        kept.append(pool) if KEPT else pool.shutdown()
        if isinstance(got, str):
            return got
        raise RuntimeError(got)
    return ask
"""
SENDING = """
import json, urllib.error, urllib.request

def send(base_url, api_key):
    body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "ping"}]}
    headers = {"Authorization": "Bearer " + api_key, "Content-Type": "application/json"}
    while True:
        request = urllib.request.Request(base_url + "/chat/completions", json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request) as response:
                return json.load(response)["choices"][0]["message"]["content"]
        except urllib.error.HTTPError as error:
            text = error.read().decode(), error.headers["X-Request-Id"]
            if not ENDLESS:
                return text
"""


@pytest.mark.parametrize("how", ["fork", "spawn", "forkserver"])
class TestWorkersOfMultiprocessing:
    """They start beside a virtual clock, which must not run out of their callers' patience meanwhile."""

    def judge(self, judge: Judge, how: str, *, kept: bool = False, endless: bool = False) -> Run:
        return judge(
            *SCENARIOS[:2],
            *("-p", "no:randomly"),
            conftest=WORKERS.replace("HOW", how).replace("KEPT", str(kept)),
            program=SENDING.replace("ENDLESS", str(endless)),
        )

    @pytest.mark.parametrize("kept", [False, True], ids=["of the trial's own", "older than the trial"])
    def test_no_time_is_skipped_while_they_work(self, judge: Judge, how: str, kept: bool) -> None:
        run = self.judge(judge, how, kept=kept)

        assert run.verdicts("inconclusive") == ["healthy", "insufficient_balance-persists"], run.text
        assert run["healthy"]["timeline"][-1]["ending"] == "returned"
        assert "insufficient_balance" in run["insufficient_balance-persists"]["timeline"][-1]["summary"]
        assert run["healthy"]["reasons"] == [
            "another process sent a request, and the virtual clock cannot see how it waits; use --ominigate-clock=real"
        ]

    def test_they_are_ended_when_they_never_end(self, judge: Judge, how: str) -> None:
        run = self.judge(judge, how, endless=True)

        assert run.rules("insufficient_balance-persists") == ["retried-permanent-error", "endless-retry"], run.text
        assert run["insufficient_balance-persists"]["timeline"][-1]["ending"] == "stopped"
