"""What a wait on the virtual clock costs in real time.

Run it from the repository: ``python benchmarks/clock.py``. Given are microseconds, the best of several rounds, and the
ratio to a calibration loop of the same run (ten thousand turns of a plain loop), which evens out how fast a machine is.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

import trio

from pytest_ominigate.clock import VirtualClock, installed

ROUNDS = 25
WAITS = 300
THREADS = 20

real_ns = time.clock_gettime_ns


def now_us() -> float:
    """Real time, out of the virtual clock's reach."""
    return real_ns(time.CLOCK_MONOTONIC) / 1e3


def calibration() -> float:
    """A loop that does nothing of interest."""
    began, total = now_us(), 0
    for number in range(10_000):
        total += number * number
    return now_us() - began


def start_and_stop() -> float:
    """A clock that is started and stopped, with the functions in place already."""
    began = now_us()
    for _ in range(10):
        with VirtualClock():
            pass
    return (now_us() - began) / 10


def blocking() -> float:
    """``time.sleep``."""
    with VirtualClock():
        began = now_us()
        for _ in range(WAITS):
            time.sleep(1)
        return (now_us() - began) / WAITS


def in_asyncio() -> float:
    """``asyncio.sleep``."""

    async def main() -> float:
        began = now_us()
        for _ in range(WAITS):
            await asyncio.sleep(1)
        return (now_us() - began) / WAITS

    with VirtualClock():
        return asyncio.run(main())


def in_trio() -> float:
    """``trio.sleep``."""

    async def main() -> float:
        began = now_us()
        for _ in range(WAITS):
            await trio.sleep(1)
        return (now_us() - began) / WAITS

    with VirtualClock():
        return trio.run(main)


def in_threads() -> float:
    """``time.sleep`` in each of twenty threads, all with deadlines of their own; the cost of one wait."""
    turns = 10

    def sleeper(number: int) -> None:
        for _ in range(turns):
            time.sleep(1 + number / 100)

    with VirtualClock():
        threads = [threading.Thread(target=sleeper, args=(number,)) for number in range(THREADS)]
        began = now_us()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return (now_us() - began) / (turns * THREADS)


MEASURES: dict[str, tuple[Callable[[], float], float]] = {
    "start and stop": (start_and_stop, 300),
    "time.sleep": (blocking, 10),
    "asyncio.sleep": (in_asyncio, 30),
    "trio.sleep": (in_trio, 60),
    "time.sleep, 20 threads": (in_threads, 300),
}


def main() -> None:
    """Measure, and print a table."""
    with installed():
        unit = min(calibration() for _ in range(ROUNDS))
        print(f"{'':24}{'us':>8}{'goal':>8}{'ratio':>8}")
        for name, (measure, goal) in MEASURES.items():
            best = min(measure() for _ in range(ROUNDS))
            print(f"{name:24}{best:8.1f}{goal:8.0f}{best / unit:8.3f}")
    print(f"calibration: {unit:.0f} us")


if __name__ == "__main__":
    main()
