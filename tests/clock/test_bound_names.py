"""Functions that were bound before the clock, wherever they are kept."""

from __future__ import annotations

import copy
import pickle
import time
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic as early_monotonic
from time import sleep as early_sleep
from typing import Any

import _pytest.timing
import pytest

from pytest_ominigate.clock import VirtualClock, installed

BUILTIN: Any = type(len)
real_sleep = time.sleep


def by_default(seconds: float, sleep: Any = time.sleep) -> None:
    sleep(seconds)


def by_keyword(seconds: float, *, sleep: Any = time.sleep) -> None:
    sleep(seconds)


def make_closure(sleep: Any) -> Callable[[float], None]:
    def by_closure(seconds: float) -> None:
        sleep(seconds)

    return by_closure


by_closure = make_closure(time.sleep)
by_dictionary = {"sleep": time.sleep}


class ByInstance:
    def __init__(self) -> None:
        self.sleep = time.sleep


class BySlot:
    __slots__ = ("sleep",)

    def __init__(self) -> None:
        self.sleep = time.sleep


@dataclass(frozen=True)
class Frozen:
    sleep: Any = time.sleep


class ByClass:
    sleep: Any = time.sleep
    now: Any = time.monotonic

    def wait(self, seconds: float) -> None:
        self.sleep(seconds)


by_instance, by_slot, frozen, of_class = ByInstance(), BySlot(), Frozen(), ByClass()

# Each is looked up only when it is used, so that nothing holds the function but what is named here.
WAYS: dict[str, Callable[[], Callable[[float], None]]] = {
    "name": lambda: early_sleep,
    "default": lambda: by_default,
    "keyword default": lambda: by_keyword,
    "closure": lambda: by_closure,
    "dictionary": lambda: by_dictionary["sleep"],
    "instance": lambda: by_instance.sleep,
    "slot": lambda: by_slot.sleep,
    "frozen instance": lambda: frozen.sleep,
    "class": lambda: ByClass.sleep,
    "class through an instance": lambda: of_class.wait,
}


@pytest.mark.parametrize("way", WAYS)
def test_a_sleep_bound_early_is_virtual(clock: VirtualClock, way: str) -> None:
    WAYS[way]()(3600)

    assert clock.now() == 3600


@pytest.mark.parametrize("way", WAYS)
def test_a_second_clock_finds_it_too(way: str) -> None:
    for _ in range(2):
        with VirtualClock() as clock:
            WAYS[way]()(3600)

            assert clock.now() == 3600


def test_other_functions_are_found_as_sleep_is(clock: VirtualClock) -> None:
    before = early_monotonic(), of_class.now()

    time.sleep(10)

    assert early_monotonic() - before[0] == pytest.approx(10, abs=1e-6)
    assert of_class.now() - before[1] == pytest.approx(10, abs=1e-6)


def test_the_real_functions_are_back_afterwards() -> None:
    with VirtualClock():
        assert isinstance(early_sleep, BUILTIN) is False

    assert isinstance(time.sleep, BUILTIN)
    assert time.sleep is real_sleep
    held = [
        early_sleep,
        by_dictionary["sleep"],
        by_instance.sleep,
        by_slot.sleep,
        frozen.sleep,
        ByClass.__dict__["sleep"],
    ]
    assert all(function is time.sleep for function in [*held, *(by_default.__defaults__ or ())])


def test_a_client_built_between_two_tests_is_found() -> None:
    with VirtualClock():
        pass
    client = ByInstance()
    with VirtualClock() as clock:
        client.sleep(60)

        assert clock.now() == 60


def test_a_client_that_takes_the_place_of_another_is_found() -> None:
    """As many places hold the function as before."""
    for _ in range(4):
        client = ByInstance()
        with VirtualClock() as clock:
            client.sleep(60)

            assert clock.now() == 60
        del client


def test_a_client_built_while_the_functions_are_in_place_keeps_them() -> None:
    with installed():
        client = ByInstance()
        with VirtualClock() as clock:
            client.sleep(60)

            assert clock.now() == 60
    client.sleep(0)  # passes through


def test_a_client_is_not_kept_alive_for_having_been_found() -> None:
    import gc
    import weakref

    client = ByInstance()
    with VirtualClock():
        client.sleep(60)
    alive = weakref.ref(client)
    del client
    gc.collect()

    assert alive() is None


def test_the_test_run_keeps_real_time(clock: VirtualClock) -> None:
    """Otherwise ``--durations`` would tell virtual hours."""
    before = _pytest.timing.perf_counter()

    time.sleep(72_000)

    assert _pytest.timing.perf_counter() - before < 72_000
    assert isinstance(_pytest.timing.sleep, BUILTIN)


@pytest.mark.parametrize("name", ["sleep", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns"])
def test_what_stands_in_for_a_function_looks_like_it(name: str) -> None:
    with installed():
        stand_in = getattr(time, name)

        assert (stand_in.__name__, stand_in.__module__) == (name, "time")
        assert stand_in.__doc__
        assert copy.deepcopy(stand_in) is stand_in
        assert pickle.loads(pickle.dumps(stand_in)) is stand_in
