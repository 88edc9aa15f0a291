"""Processes that a client starts can be ended, whatever they do."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from pytest_ominigate.trial.children import Children

STUBBORN = (
    "import signal, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "print('ready', flush=True)\n"
    "while True:\n"
    "    time.sleep(60)\n"
)
PARENT = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {STUBBORN!r}])\n"


@pytest.mark.parametrize("program", [STUBBORN, PARENT], ids=["child", "grandchild"])
def test_a_process_that_does_not_want_to_end_is_ended_with_all_below_it(program: str) -> None:
    with Children() as children:
        process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
        assert process.stdout is not None
        with process:
            assert process.stdout.readline() == b"ready\n"
            children.kill()
            # The pipe ends only when the last process that could write to it has ended.
            assert process.stdout.read() == b""

    assert process.returncode != 0


def test_a_process_of_asyncio_is_ended() -> None:
    async def start_and_kill() -> tuple[bytes, int | None]:
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", STUBBORN, stdout=subprocess.PIPE)
        assert process.stdout is not None
        await process.stdout.readline()
        children.kill()
        rest = await process.stdout.read()
        await process.wait()
        return rest, process.returncode

    with Children() as children:
        rest, status = asyncio.run(start_and_kill())

    assert rest == b""
    assert status != 0


def test_processes_of_before_and_after_are_left_alone() -> None:
    echo = [sys.executable, "-c", "input(); print('alive')"]
    options = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    before = subprocess.Popen(echo, **options)
    with Children() as children:
        pass
    after = subprocess.Popen(echo, **options)
    children.kill()

    assert [process.communicate("\n")[0] for process in (before, after)] == ["alive\n", "alive\n"]


def test_processes_that_have_ended_are_no_trouble() -> None:
    with Children() as children:
        ended = subprocess.run([sys.executable, "-c", ""], check=True)
        with pytest.raises(FileNotFoundError):
            subprocess.run(["no-such-program-anywhere"], check=False)
        children.kill()

    assert ended.returncode == 0


def test_subprocess_is_as_it_was_afterwards() -> None:
    before = subprocess.Popen.__init__
    with Children():
        assert subprocess.Popen.__init__ is not before

    assert subprocess.Popen.__init__ is before
