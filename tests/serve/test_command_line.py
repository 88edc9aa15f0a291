"""``python -m pytest_ominigate serve`` as a program: its one line, its end, and its mistakes."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests

from pytest_ominigate.serve.command_line import main

from .conftest import CHAT

COMMAND = [sys.executable, "-W", "error", "-m", "pytest_ominigate", "serve"]
TIMEOUT = 30


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The program, and the first line that it has written."""
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline()
        finally:
            process.kill()


def ended(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> tuple[int, str, str]:
    """The exit status, and what was written after the first line."""
    process.send_signal(number)
    out, err = process.communicate(timeout=TIMEOUT)
    return process.returncode, out, err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_tells_its_address_serves_and_ends_cleanly(number: int) -> None:
    with serving() as (process, line):
        base_url = line.split()[-1]
        assert line == f"fake OminiGate gateway at {base_url}\n"
        assert base_url.startswith("http://127.0.0.1:")
        # A connection that is kept alive must not hold up the end.
        with requests.Session() as client:
            headers = {"Authorization": "Bearer sk-omg-any"}
            reply = client.post(f"{base_url}/chat/completions", json=CHAT, headers=headers, timeout=TIMEOUT)
            assert reply.json()["choices"][0]["message"]["content"] == "pong"
            assert ended(process, number) == (0, "", "")


def test_its_line_can_be_json() -> None:
    with serving("--json", "--limit", "2", "--max-sessions", "2") as (process, line):
        told = json.loads(line)
        root_url = told["root_url"]
        assert told["base_url"] == f"{root_url}/v1"
        headers = {"Authorization": f"Bearer {told['api_key']}"}
        scripted = requests.post(f"{told['control_url']}/reset", headers=headers, timeout=TIMEOUT)
        assert scripted.status_code == 200
        journal = requests.get(f"{told['control_url']}/journal", headers=headers, timeout=TIMEOUT).json()
        assert journal["limit"] == 2
        assert ended(process) == (0, "", "")


def test_a_port_can_be_chosen_and_must_be_free(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 1
    assert f"error: cannot serve at 127.0.0.1 port {port}: " in capsys.readouterr().err

    with serving("--port", str(port)) as (process, line):
        assert line.endswith(f"http://127.0.0.1:{port}/v1\n")
        assert ended(process)[0] == 0


def test_an_open_address_is_served_with_a_warning() -> None:
    with serving("--host", "0.0.0.0") as (process, line):
        assert line.startswith("fake OminiGate gateway at http://127.0.0.1:")
        status, _, said = ended(process)

    assert (status, said) == (0, "warning: 0.0.0.0 is no loopback address: others may reach the fake gateway there\n")


@pytest.mark.parametrize("host", ["192.0.2.1", "no..host"])
def test_an_address_that_is_not_there_is_an_error(capsys: pytest.CaptureFixture[str], host: str) -> None:
    assert main(["serve", "--host", host]) == 1
    assert f"error: cannot serve at {host} port 0: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["server"], "choose from serve"),
        (["serve", "--port", "65536"], "'65536' is no whole number from 0 to 65535"),
        (["serve", "--limit", "0"], "'0' is no whole number from 1 up"),
        (["serve", "--max-sessions", "many"], "'many' is no whole number from 1 up"),
    ],
)
def test_a_wrong_argument_is_told_the_right_ones(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)

    assert exit_.value.code == 2
    assert message in capsys.readouterr().err.replace("'serve'", "serve")


def test_the_signals_mean_afterwards_what_they_meant_before() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        main(["serve", "--port", str(taken.getsockname()[1])])

    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_it_needs_no_pytest() -> None:
    code = "import sys; sys.modules['pytest'] = None; import pytest_ominigate.serve.command_line"

    subprocess.run([sys.executable, "-c", code], check=True, timeout=TIMEOUT)
