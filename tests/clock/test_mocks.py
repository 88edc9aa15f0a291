"""Tests that put something of their own in place of the waiting functions, mostly to save time."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from unittest.mock import AsyncMock, Mock

import pytest

from pytest_ominigate.clock import VirtualClock, installed

DOUBT = "the test has put something of its own in place of {}, so waits with it are not seen"


def test_what_was_put_in_place_of_sleep_before_the_clock_is_put_aside_for_as_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    no_sleep = Mock()
    monkeypatch.setattr(time, "sleep", no_sleep)
    with VirtualClock() as clock:
        time.sleep(10)

        assert (clock.now(), clock.doubts) == (10, ())
    assert time.sleep is no_sleep
    no_sleep.assert_not_called()


@pytest.mark.parametrize("name", ["sleep", "monotonic"])
def test_what_is_put_in_place_of_a_function_later_casts_doubt(
    monkeypatch: pytest.MonkeyPatch, doubtful: VirtualClock, name: str
) -> None:
    monkeypatch.setattr(time, name, Mock())

    assert doubtful.doubts == (DOUBT.format(f"time.{name}"),)


def test_what_is_put_in_place_between_the_functions_and_the_clock_casts_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    with installed():
        with monkeypatch.context() as patched, VirtualClock() as clock:
            patched.setattr(time, "sleep", Mock())
            time.sleep(10)
        assert not isinstance(time.sleep, Mock)

    assert clock.doubts == (DOUBT.format("time.sleep"),)


def test_what_is_put_in_place_of_asyncio_sleep_casts_doubt(
    monkeypatch: pytest.MonkeyPatch, doubtful: VirtualClock
) -> None:
    monkeypatch.setattr(asyncio, "sleep", AsyncMock())

    assert doubtful.doubts == (DOUBT.format("asyncio.sleep"),)


def test_a_clock_that_is_first_loaded_when_sleep_is_already_replaced_finds_the_real_one() -> None:
    code = (
        "import time\nfrom time import sleep as bound_early\nreal, time.sleep = time.sleep, print\n"
        "from pytest_ominigate.clock import VirtualClock, native\n"
        "with VirtualClock() as clock:\n    bound_early(3600)\n    time.sleep(3600)\n"
        "assert native.sleep is real\nassert bound_early is real\nassert time.sleep is print\n"
        "assert clock.now() == 7200"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)

    assert (result.stdout, result.stderr) == ("", "")
