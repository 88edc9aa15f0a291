"""All of a test rests, no deadline is before it, and something outside wakes it: real time passes that nobody sees."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

from pytest_ominigate.clock import VirtualClock, native, watching
from pytest_ominigate.clock.conductor import Conductor
from pytest_ominigate.clock.frames import in_debugger
from pytest_ominigate.clock.hands import Hands
from pytest_ominigate.clock.members import Members
from pytest_ominigate.clock.virtual import START
from pytest_ominigate.clock.waiters import FOREVER, Waiter


def doubts_of(release: Callable[[], object], wait: Callable[[], object], *, requests: int = 1) -> tuple[str, ...]:
    """The doubts of a clock on which a test waits after so many requests. It is released at the first doubt."""

    class ReleasingClock(VirtualClock):
        def doubt(self, reason: str) -> None:
            known = reason in self._doubts
            super().doubt(reason)
            if not known:
                release()

    with ReleasingClock() as clock:
        for _ in range(requests):
            clock._note_request()
        wait()
    return clock.doubts


def test_input_that_something_outside_sends_casts_doubt() -> None:
    reader, writer = os.pipe()

    doubts = doubts_of(lambda: os.write(writer, b"."), lambda: os.read(reader, 1))

    assert len(doubts) == 1
    assert doubts[0].startswith("a wait on real time, which the virtual clock cannot see, at test_rest.py:")
    os.close(reader)
    os.close(writer)


def test_a_wait_that_the_clock_knows_casts_doubt_too() -> None:
    reader, writer = os.pipe()

    doubts = doubts_of(lambda: os.write(writer, b"."), lambda: select.select([reader], [], []))

    assert len(doubts) == 1
    os.close(reader)
    os.close(writer)


def test_a_signal_casts_doubt() -> None:
    before = signal.signal(signal.SIGUSR1, lambda *_: None)
    main = threading.get_ident()
    try:
        doubts = doubts_of(lambda: signal.pthread_kill(main, signal.SIGUSR1), signal.pause)
    finally:
        signal.signal(signal.SIGUSR1, before)

    assert len(doubts) == 1


def test_a_process_that_works_as_long_as_a_wait_casts_doubt() -> None:
    reader, writer = os.pipe()

    doubts = doubts_of(
        lambda: os.close(writer),
        lambda: subprocess.run([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=reader, check=True),
    )
    os.close(reader)

    assert doubts == ("another process of the client's was at work during a wait; use --ominigate-clock=real",)


@pytest.mark.parametrize(
    ("requests", "looks", "doubts"),
    [
        pytest.param(1, [0.1 * each for each in range(10)], 1, id="for long"),
        pytest.param(1, [0.1 * each for each in range(4)], 0, id="for a moment"),
        pytest.param(0, [0.1 * each for each in range(10)], 0, id="before the first request"),
        pytest.param(1, [0, 0.1, 600, 600.1], 0, id="stopped meanwhile"),
    ],
)
def test_a_rest_counts_from_the_first_request_on(requests: int, looks: list[float], doubts: int) -> None:
    found: list[str] = []
    conductor = Conductor(Hands(START, 0), Members(VirtualClock()), found.append)
    conductor.running, conductor.requests = True, requests
    begun_ns = native.monotonic_ns()
    watcher = watching.Watcher(conductor, found.append)
    with conductor.lock:
        conductor.register(Waiter(FOREVER))
        for seconds in looks:
            watcher.look(begun_ns + round(seconds * 1e9))
    conductor.sleepers.close()

    assert len(set(found)) == doubts


def test_a_user_who_looks_around_with_pdb_takes_their_time() -> None:
    namespace: dict[str, Any] = {"__name__": "pdb"}
    exec("import sys\ndef prompt():\n    return sys._getframe()\n", namespace)

    assert in_debugger(namespace["prompt"]())
    assert not in_debugger(sys._getframe())
