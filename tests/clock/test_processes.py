"""Other processes: while one that the test has started lives, waits last as long as in real time."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from pytest_ominigate.clock import VirtualClock, inflight, native

from .noting import sleeper_that_notes

DOUBT = "another process of the client's was at work during a wait; use --ominigate-clock=real"
PYTHON = [sys.executable, "-S", "-c"]
BRIEFLY = 1e-4


@contextmanager
def another_process() -> Iterator[subprocess.Popen[bytes]]:
    """A process that lives as long as the block."""
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        yield process


def test_a_wait_beside_another_process_lasts_as_long_as_in_real_time(doubtful: VirtualClock) -> None:
    with another_process():
        time.sleep(BRIEFLY)
        assert doubtful.now() == BRIEFLY

    assert doubtful.doubts == (DOUBT,)


def test_no_jump_while_another_process_lives(doubtful: VirtualClock) -> None:
    woken: list[float] = []
    sleeper = sleeper_that_notes(doubtful, 3600, woken)
    with another_process():
        sleeper.start()
        for _ in range(20):
            time.sleep(BRIEFLY)
        assert (woken, round(doubtful.now(), 9)) == ([], 20 * BRIEFLY)
    sleeper.join()

    assert woken == [3600]


def test_time_is_virtual_again_when_it_has_ended(clock: VirtualClock) -> None:
    with another_process():
        pass
    time.sleep(72_000)

    assert clock.now() == 72_000


def test_a_helper_that_is_only_waited_for_is_beyond_doubt(clock: VirtualClock) -> None:
    """Some libraries ask ``uname`` and the like."""
    assert subprocess.run([*PYTHON, "print(6 * 7)"], capture_output=True, check=True).stdout == b"42\n"
    assert subprocess.run([*PYTHON, "print(6 * 7)"], capture_output=True, check=True, timeout=60).stdout == b"42\n"


def test_its_exit_status_is_left_for_the_test(clock: VirtualClock) -> None:
    process = subprocess.Popen([*PYTHON, "raise SystemExit(7)"])

    assert process.wait(timeout=60) == 7


def test_a_process_of_asyncio_tells_its_exit_status(clock: VirtualClock) -> None:
    async def main() -> int:
        process = await asyncio.create_subprocess_exec(*PYTHON, "raise SystemExit(7)")
        return await process.wait()

    assert asyncio.run(main()) == 7


def test_a_process_that_is_not_waited_for_long_enough_is_given_up_in_real_time(doubtful: VirtualClock) -> None:
    with another_process() as process, pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=BRIEFLY)


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # a copy of a process with threads
def test_no_jump_while_a_process_of_multiprocessing_lives(clock: VirtualClock) -> None:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=theirs.recv)
    woken: list[float] = []
    thread = sleeper_that_notes(clock, 3600, woken)
    process.start()
    thread.start()
    ours.send("come to an end")
    process.join(timeout=60)

    assert (process.exitcode, woken) == (0, [])
    thread.join()
    assert woken == [3600]
    for each in (ours, theirs, process):
        each.close()


def test_a_command_in_a_shell_is_waited_for(clock: VirtualClock) -> None:
    woken: list[float] = []
    thread = sleeper_that_notes(clock, 3600, woken)
    thread.start()

    assert os.waitstatus_to_exitcode(os.system("exit 3")) == 3
    assert woken == []
    thread.join()
    assert woken == [3600]


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # a copy of a process with threads
def test_a_copy_of_the_process_lives_by_real_time(clock: VirtualClock) -> None:
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:  # pragma: no cover - in the copy
        before = time.monotonic(), time.time()
        time.sleep(0.001)
        passed = time.monotonic() - before[0], time.time() - before[1]
        os.write(writer, b"real" if all(0.001 <= seconds < 60 for seconds in passed) else b"not real")
        os._exit(0)

    assert os.read(reader, 100) == b"real"
    assert os.waitpid(pid, 0)[1] == 0
    os.close(reader)
    os.close(writer)
    time.sleep(72_000)
    assert clock.now() == 72_000


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # a copy of a process with threads
@pytest.mark.parametrize("of", ["the clock", "the count of bytes"])
def test_a_copy_made_while_another_thread_holds_a_lock_goes_on(clock: VirtualClock, of: str) -> None:
    """In the copy there is no such thread, and so nobody who would ever release it."""
    lock = inflight._guard if of == "the count of bytes" else clock._conductor.lock
    work: queue.SimpleQueue[int] = queue.SimpleQueue()
    worker = threading.Thread(target=work.get)
    worker.start()
    time.sleep(1)  # the worker waits by now
    with socket.create_server(("127.0.0.1", 0)) as server, held_by_another_thread(lock):
        pid = os.fork()
        if pid == 0:  # pragma: no cover - in the copy
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(20)
            work.put(1)
            socket.create_connection(server.getsockname()).sendall(b"hello")
            counted = len(inflight._flows)
            inflight.reset()  # as a clock of its own would do
            os._exit(counted)
        status = os.waitpid(pid, 0)[1]
    work.put(1)
    worker.join()

    assert os.waitstatus_to_exitcode(status) == 0


@contextmanager
def held_by_another_thread(lock: Any) -> Iterator[None]:
    """A lock that a bare thread holds for as long as the block."""
    is_held, may_end, has_ended = (native.allocate_lock() for _ in range(3))
    for each in (is_held, may_end, has_ended):
        each.acquire()

    def hold() -> None:
        with lock:
            is_held.release()
            may_end.acquire()
        has_ended.release()

    native.start_new_thread(hold, ())
    is_held.acquire()
    try:
        yield
    finally:
        may_end.release()
        has_ended.acquire()
