"""An exception from another thread strikes the client, and never the harness."""

from __future__ import annotations

import itertools
import threading

from pytest_ominigate.timeline import EndingKind
from pytest_ominigate.trial.calling import Got, call
from pytest_ominigate.trial.stopping import Stopper


def test_a_client_that_computes_is_stopped_from_another_thread() -> None:
    stopper, got = Stopper(), Got()
    stopper.arm("the limit")

    def compute_for_ever() -> None:
        threading.Thread(target=stopper.interrupt, args=(threading.get_ident(),)).start()
        for _ in itertools.count():
            pass

    call(compute_for_ever, got, stopper)

    assert got.kind is EndingKind.STOPPED


def test_nobody_is_struck_after_the_call() -> None:
    stopper, got = Stopper(), Got()
    stopper.arm("the limit")
    call(lambda: "pong", got, stopper)
    stopper.interrupt(threading.get_ident())

    assert [number for number in range(1_000) if number < 0] == []
    assert (got.kind, got.value) == (EndingKind.RETURNED, "pong")


def test_nobody_is_struck_who_was_not_to_be_stopped() -> None:
    stopper = Stopper()
    stopper.interrupt(threading.get_ident())

    assert [number for number in range(1_000) if number < 0] == []


def test_a_client_that_ends_at_that_very_moment_ends_one_way_or_the_other() -> None:
    home = threading.get_ident()
    for _ in range(200):
        stopper, got, begun = Stopper(), Got(), threading.Event()
        stopper.arm("the limit")
        thread = threading.Thread(target=lambda begun=begun, stopper=stopper: begun.wait() and stopper.interrupt(home))
        thread.start()

        call(begun.set, got, stopper)

        thread.join()
        assert got.kind in (EndingKind.RETURNED, EndingKind.STOPPED)
        assert not stopper.armed
