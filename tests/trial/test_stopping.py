"""A client that would never end is stopped, whatever it catches."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
import weakref
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest

from pytest_ominigate.timeline import EndingKind
from pytest_ominigate.trial.calling import Got, call
from pytest_ominigate.trial.stopping import Stopper

LIMIT = 50


class Harness:
    """Counts the touches of a client, arms the stopper at the fiftieth, and gives up at ten thousand."""

    def __init__(self) -> None:
        self.stopper = Stopper()
        self.touches = 0

    def touch(self) -> None:
        self.touches += 1
        if self.touches == LIMIT:
            self.stopper.arm("the limit")
        if self.touches == 10_000:
            sys.exit("never stopped")
        self.stopper.checkpoint()


def catches_everything(touch: Callable[[], None]) -> None:
    while True:
        try:
            touch()
        except BaseException:
            continue


def catches_without_a_name(touch: Callable[[], None]) -> None:
    while True:
        try:
            try:
                touch()
            finally:
                str(touch)
        except:  # noqa: E722
            pass


def catches_inside_and_starts_again(touch: Callable[[], None]) -> None:
    try:
        while True:
            try:
                touch()
            except BaseException as error:
                str(error)
    except BaseException:
        catches_everything(touch)


def catches_in_each_of_two_functions(touch: Callable[[], None]) -> None:
    def inner() -> None:
        for _ in range(3):
            try:
                touch()
            except BaseException:
                pass

    while True:
        try:
            inner()
        except BaseException:
            pass


def suppresses_in_a_with_block(touch: Callable[[], None]) -> None:
    while True:
        with contextlib.suppress(BaseException):
            touch()


def continues_in_a_finally(touch: Callable[[], None]) -> None:
    while True:
        try:
            touch()
        finally:
            continue  # noqa: B012


def recurses(touch: Callable[[], None]) -> None:
    for _ in range(3):
        try:
            touch()
        except BaseException:
            pass
    recurses(touch)


def runs_a_loop_of_its_own(touch: Callable[[], None]) -> None:
    async def ask() -> None:
        while True:
            try:
                await asyncio.sleep(0)
                touch()
            except BaseException:
                continue

    while True:
        try:
            asyncio.run(ask())
        except BaseException:
            pass


CLIENTS = [
    catches_everything,
    catches_without_a_name,
    catches_inside_and_starts_again,
    catches_in_each_of_two_functions,
    suppresses_in_a_with_block,
    continues_in_a_finally,
    recurses,
    runs_a_loop_of_its_own,
]


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.__name__)
def test_a_client_that_never_ends_is_stopped(client: Callable[[Callable[[], None]], None]) -> None:
    harness, got = Harness(), Got()
    before = sys.gettrace(), sys.getprofile()

    call(lambda: client(harness.touch), got, harness.stopper)

    assert got.kind is EndingKind.STOPPED
    assert harness.touches < LIMIT + 10
    assert (sys.gettrace(), sys.getprofile()) == before
    assert sys.exception() is None


def test_what_a_client_makes_of_being_stopped_is_not_its_own_doing() -> None:
    """As with ``asyncio.gather(..., return_exceptions=True)``, which hands out whatever was raised."""
    harness, got = Harness(), Got()

    def gather() -> list[BaseException]:
        raised: list[BaseException] = []
        while not raised:
            try:
                harness.touch()
            except BaseException as error:
                raised.append(error)
        return raised

    call(gather, got, harness.stopper)

    assert (got.kind, got.value) == (EndingKind.STOPPED, None)


class Pool:
    """Something that tidies up when nobody holds it any more, as connection pools do."""


@pytest.mark.parametrize("touches", range(LIMIT - 4, LIMIT))
def test_a_finalizer_is_not_where_a_client_is_stopped(touches: int) -> None:
    """Nobody would be told of an exception there but the test run, with a warning."""
    harness, got, tidied = Harness(), Got(), list[int]()
    harness.touches = touches

    def tidy() -> None:
        harness.touch()
        tidied.append(1)

    def client() -> None:
        while True:
            weakref.finalize(Pool(), tidy)

    call(client, got, harness.stopper)

    assert got.kind is EndingKind.STOPPED
    assert len(tidied) == harness.touches - touches


class Guard:
    """A lock with Python code round it, as HTTP libraries have them."""

    def __init__(self, touch: Callable[[], None]) -> None:
        self.lock = threading.Lock()
        self.touch = touch

    def __enter__(self) -> threading.Lock:
        self.lock.acquire()
        self.touch()
        return self.lock

    def __exit__(self, *exc_info: object) -> None:
        self.release()

    def release(self) -> None:
        self.touch()
        self.lock.release()

    def work(self) -> str:
        self.touch()
        return "done"

    def work_on(self) -> str:
        return self.work() + "!"


def in_a_with_block(guard: Guard) -> None:
    while True:
        with guard:
            guard.work_on()


def leaving_by_return(guard: Guard) -> None:
    def once() -> str:
        with guard:
            return guard.work_on()

    while True:
        once()


def in_a_try_block(guard: Guard) -> None:
    while True:
        guard.lock.acquire()
        try:
            guard.work_on()
        finally:
            guard.work()
            guard.release()


async def in_an_async_with_block(guard: Guard) -> None:
    @contextlib.asynccontextmanager
    async def held() -> AsyncIterator[None]:
        with guard:
            yield

    while True:
        async with held():
            guard.work_on()


@pytest.mark.parametrize("touches", range(LIMIT - 8, LIMIT))
@pytest.mark.parametrize("client", [in_a_with_block, leaving_by_return, in_a_try_block, in_an_async_with_block])
def test_a_lock_that_a_client_holds_is_given_back_when_it_is_stopped(
    client: Callable[[Guard], Coroutine[Any, Any, None] | None], touches: int
) -> None:
    """Or else every later call would wait for it in vain."""
    harness, got = Harness(), Got()
    guard = Guard(harness.touch)
    harness.touches = touches

    def run() -> None:
        coroutine = client(guard)
        if coroutine is not None:
            asyncio.run(coroutine)

    call(run, got, harness.stopper)

    assert got.kind is EndingKind.STOPPED
    assert not guard.lock.locked()


def test_a_client_that_never_leaves_a_context_is_stopped() -> None:
    harness, got = Harness(), Got()

    class Endless:
        def __enter__(self) -> None: ...

        def __exit__(self, *exc_info: object) -> None:
            catches_everything(harness.touch)

    def client() -> None:
        with Endless():
            pass

    call(client, got, harness.stopper)

    assert got.kind is EndingKind.STOPPED


def test_the_test_run_is_not_stopped_in_the_middle_of_its_own_work() -> None:
    """It is called from the client's code too, such as when something is logged or cannot be raised."""
    harness, done = Harness(), list[int]()
    hook: dict[str, Any] = {"__name__": "_pytest.hook"}
    exec("def run(touch, done):\n    touch()\n    done.append(1)\n", hook)

    call(lambda: catches_everything(lambda: hook["run"](harness.touch, done)), Got(), harness.stopper)

    assert len(done) == harness.touches


def test_a_client_in_a_thread_of_its_own_is_stopped() -> None:
    harness = Harness()
    got = Got()
    thread = threading.Thread(target=call, args=(lambda: catches_everything(harness.touch), got, harness.stopper))

    thread.start()
    thread.join()

    assert got.kind is EndingKind.STOPPED


def test_a_tracer_of_the_test_run_is_left_alone_by_a_client_that_ends() -> None:
    def tracer(_frame: Any, _event: str, _arg: Any) -> None:
        return None

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        call(lambda: None, Got(), Stopper())
        kept = sys.gettrace()
    finally:
        sys.settrace(before)

    assert kept is tracer


def test_a_client_that_asks_to_exit_is_noted() -> None:
    got = Got()

    call(lambda: sys.exit(3), got, Stopper())

    assert got.kind is EndingKind.RAISED
    assert isinstance(got.value, SystemExit)


@pytest.mark.parametrize("verdict", [pytest.skip.Exception("no"), pytest.fail.Exception("no"), KeyboardInterrupt()])
def test_what_is_not_the_clients_doing_passes_through(verdict: BaseException) -> None:
    def client() -> None:
        raise verdict

    with pytest.raises(type(verdict)):
        call(client, Got(), Stopper())
