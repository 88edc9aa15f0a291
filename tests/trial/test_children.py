"""Processes that a client starts can be ended, whatever they do."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
from multiprocessing.process import BaseProcess

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
    assert not children.killed


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # a copy of a process with threads
class TestCopiesOfTheProcess:
    def test_one_of_multiprocessing_is_ended(self) -> None:
        with Children() as children:
            process = multiprocessing.get_context("fork").Process(target=signal.pause)
            process.start()
            children.kill()
            process.join()

        assert process.exitcode == -signal.SIGKILL
        assert children.killed

    def test_one_is_ended(self) -> None:
        with Children() as children:
            pid = os.fork()
            if pid == 0:  # pragma: no cover - in the copy
                signal.pause()
                os._exit(0)
            children.kill()

        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
        assert children.killed

    def test_those_that_have_ended_are_no_trouble(self) -> None:
        with Children() as children:
            process = multiprocessing.get_context("fork").Process(target=os.getpid)
            process.start()
            process.join()
            process.close()
            pid = os.fork()
            if pid == 0:  # pragma: no cover - in the copy
                os._exit(0)
            os.waitpid(pid, 0)
            children.kill()

        assert not children.killed


def test_everything_is_as_it_was_afterwards() -> None:
    def births() -> list[object]:
        return [subprocess.Popen.__init__, BaseProcess.start, os.fork]

    before = births()
    with Children():
        assert all(now is not then for now, then in zip(births(), before, strict=True))

    assert births() == before
