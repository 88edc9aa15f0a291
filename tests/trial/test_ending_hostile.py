"""Looking at what a caller got neither fails nor hangs, whatever it is."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn
from unittest import mock

import pytest

from pytest_ominigate.timeline import Ending, EndingKind
from pytest_ominigate.trial import reach
from pytest_ominigate.trial.ending import build

from .endings import KEY, ending_of, where


class Explosive:
    """Every customary property and every rendering raises, and not only an Exception."""

    told = "invalid_model"

    @property
    def code(self) -> str:
        raise SystemExit

    @property
    def body(self) -> str:
        raise BaseExceptionGroup("properties", [GeneratorExit()])

    def __str__(self) -> str:
        raise RecursionError

    __repr__ = __str__


class ExplosiveError(Exception):
    __str__ = Explosive.__str__
    __repr__ = Explosive.__repr__
    code = Explosive.code
    body = Explosive.body

    def __init__(self) -> None:
        self.param = "model"

    def __getattr__(self, name: str) -> NoReturn:
        raise ZeroDivisionError(name)


def returned(result: object, **options: Any) -> Ending:
    return build(EndingKind.RETURNED, result, secrets=(KEY,), **options)


def test_a_raising_property_hides_nothing_but_itself() -> None:
    ending = ending_of(ExplosiveError())

    assert where(ending, "model") == ["exception.param"]
    assert ending.summary == "raised tests.trial.test_ending_hostile.ExplosiveError"


def test_a_raising_property_of_a_result_hides_nothing_but_itself() -> None:
    assert where(returned(Explosive()), "invalid_model") == ["result.told"]


def test_a_keyboard_interrupt_is_the_users_own() -> None:
    class Interrupted:
        @property
        def text(self) -> NoReturn:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        returned(Interrupted())


def test_cycles_are_walked_once() -> None:
    exc = ValueError("round")
    other = KeyError("and round")
    exc.__cause__, other.__cause__ = other, exc
    exc.itself = [exc, {"itself": exc}]  # type: ignore[attr-defined]

    ending = ending_of(exc)

    assert where(ending, "round") == ["str(exception)", "exception.args[0]"]
    assert ending.lineage.count("from builtins.KeyError") == 1


def test_a_long_chain_and_a_deep_nest_come_to_an_end() -> None:
    exc = ValueError("the last")
    for number in range(5000):
        link = ValueError(str(number))
        link.__cause__, exc = exc, link
    nest: list[object] = ["unreachable"]
    for _ in range(5000):
        nest = [nest]

    assert ending_of(exc).reads("4999")
    assert not ending_of(ValueError(nest)).reads("the last")
    assert not returned(nest).clues


def test_a_huge_result_is_sampled_and_what_stands_beside_it_is_not_lost() -> None:
    @dataclass
    class Batch:
        numbers: list[int] = field(default_factory=lambda: list(range(1_000_000)))
        text: str = "x" * 10_000_000
        error: str = "invalid_model"

    ending = returned(Batch())

    assert where(ending, "invalid_model") == ["result.error"]
    assert len(ending.clues) <= reach.NODES
    assert max(len(clue.text) for clue in ending.clues) == 64 * 1024


def test_an_endless_mapping_and_an_endless_attribute_come_to_an_end() -> None:
    class Endless(Mapping[str, str]):
        def __getitem__(self, key: str) -> str:
            return key

        def __iter__(self) -> Iterator[str]:
            while True:
                yield "again"

        def __len__(self) -> int:
            return 1

    class Growing:
        @property
        def value(self) -> Growing:
            return Growing()

    assert returned(Endless()).reads("again")
    assert returned(Growing()).clues == ()


def test_generators_are_not_consumed_and_methods_not_called() -> None:
    pieces = iter(["po", "ng"])
    called = []

    class Lazy:
        def __init__(self) -> None:
            self.stream = (piece for piece in pieces)
            self.fetch = lambda: called.append("fetched")

        def text(self) -> str:
            called.append("text")
            return "text"

    returned(Lazy())

    assert list(pieces) == ["po", "ng"]
    assert called == []


def test_mocks_and_clients_are_not_entered() -> None:
    class FailedError(Exception):
        pass

    exc = FailedError("no")
    exc.client = {"secret": "invalid_model"}  # type: ignore[attr-defined]
    exc._session = ["invalid_model"]  # type: ignore[attr-defined]
    exc.double = mock.Mock(code="invalid_model")  # type: ignore[attr-defined]
    exc.kind = mock.Mock  # type: ignore[attr-defined]
    exc.module = mock  # type: ignore[attr-defined]

    assert not ending_of(exc).reads("invalid_model")


@pytest.mark.parametrize("rendering", ["__str__", "__repr__"])
def test_an_object_that_blocks_is_left_alone_and_makes_a_doubt(rendering: str) -> None:
    freed = threading.Event()
    doubts: list[str] = []

    def block(_: object) -> str:
        freed.wait()
        return "at last"

    blocking = type("Blocking", (Exception,), {rendering: block})("stuck")
    ending = build(EndingKind.RAISED, blocking, on_doubt=doubts.append, patience=0.01)
    freed.set()

    assert doubts == ["what the caller got blocks when it is read"]
    assert ending.incomplete
    assert ending.kind is EndingKind.RAISED
    assert ending.lineage[1:] == ("builtins.Exception", "builtins.BaseException")


def test_a_result_that_blocks_leaves_a_bare_ending() -> None:
    freed = threading.Event()
    doubts: list[str] = []

    class Blocking:
        @property
        def text(self) -> str:
            freed.wait()
            return ""

    ending = build(EndingKind.RETURNED, Blocking(), on_doubt=doubts.append, patience=0.01)
    freed.set()

    assert len(doubts) == 1
    assert ending.text is None


def test_a_failing_look_is_not_swallowed() -> None:
    """A defect of the looking itself must not pass for an empty result."""
    with mock.patch.object(reach, "DEPTH", "no number"), pytest.raises(TypeError):
        returned(["pong"])
