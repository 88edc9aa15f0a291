"""A thread that waits, and notes when it goes on."""

from __future__ import annotations

import threading
import time

from pytest_ominigate.clock import VirtualClock


def sleeper_that_notes(clock: VirtualClock, seconds: float, woken: list[float]) -> threading.Thread:
    """A thread, not started yet, that sleeps so long and then notes the time."""

    def sleep() -> None:
        time.sleep(seconds)
        woken.append(clock.now())

    return threading.Thread(target=sleep)
