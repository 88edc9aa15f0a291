"""Calls a client and keeps how the call ended, whatever the client raises."""

from __future__ import annotations

import asyncio
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import clock
from ..clock import lane
from ..timeline import EndingKind
from .reading import aread, read
from .stopping import ClientStoppedError, Stopper

if TYPE_CHECKING:
    from .running import Running

Client = Callable[[], Any]


@dataclass(slots=True)
class Got:
    """How one caller's call ended, with the live object it ended with."""

    lane: int = 1
    kind: EndingKind = EndingKind.STOPPED
    value: Any = None


def call(client: Client, got: Got, stopper: Stopper, *, reads: bool = False) -> None:
    """Make the call and note its end in *got*. If it *reads*, what the call returned is read to its end, too.

    Raises:
        BaseException: what is none of the client's doing: Ctrl-C, or a verdict of the test run itself.
    """
    try:
        try:
            value = client()
            got.value = read(value) if reads else value
            got.kind = EndingKind.RETURNED
        except ClientStoppedError:
            got.kind = EndingKind.STOPPED
        except BaseException as error:
            if is_not_the_clients(error):
                raise
            got.kind, got.value = EndingKind.RAISED, error
        finally:
            stopper.disarm()
    except ClientStoppedError:  # it struck on the way out
        stopper.disarm()
    _settle(got, stopper)


def _settle(got: Got, stopper: Stopper) -> None:
    """What becomes of a call in which the client was stopped is not its own doing, whatever it makes of that."""
    if stopper.struck:
        got.kind, got.value = EndingKind.STOPPED, None


Stopper.BOUNDARIES.add(call.__code__)


def call_in_lane(client: Client, running: Running, number: int) -> None:
    """Make the call as one of several concurrent callers."""
    lane.set(number)
    got = Got(lane=number)
    running.gots.append(got)
    call(client, got, running.stopper, reads=running.reads)


async def call_in_task(client: Client, got: Got, running: Running) -> None:
    """Make the call in the running event loop and note its end in *got*."""
    running.stopper.task = _current_task()
    running.clock.ignored_loop = clock.running_loop()
    # Until the call has come to an end, whatever stops the loop itself has stopped it.
    got.kind, got.value = EndingKind.STOPPED, None
    try:
        value = client()
        if inspect.isawaitable(value):
            running.clock.ignored_loop = None  # from here on it is the client that would block the loop
            value = await value
        if running.reads:
            value = await aread(value)
        got.kind, got.value = EndingKind.RETURNED, value
    except ClientStoppedError:
        got.kind = EndingKind.STOPPED
    except BaseException as error:
        if running.stopper.reason and isinstance(error, asyncio.CancelledError):
            got.kind = EndingKind.STOPPED
            _current_task().uncancel()
        elif is_not_the_clients(error):
            raise
        else:
            got.kind, got.value = EndingKind.RAISED, error
    finally:
        running.stopper.disarm()
        _settle(got, running.stopper)


async def call_together(client: Client, running: Running, callers: int) -> None:
    """Make the call from several tasks at once, a lane for each."""

    async def one(number: int) -> None:
        lane.set(number)
        got = Got(lane=number)
        running.gots.append(got)
        await call_in_task(client, got, running)
        running.stopper.task = None  # none of them is the one

    if running_loop() is not None:
        await asyncio.gather(*(asyncio.create_task(one(number)) for number in range(1, callers + 1)))
        return
    import trio

    async with trio.open_nursery() as nursery:
        for number in range(1, callers + 1):
            nursery.start_soon(one, number)


def is_async(client: Client) -> bool:
    """Whether the call needs an event loop from its beginning on."""
    return inspect.iscoroutinefunction(client) or inspect.isasyncgenfunction(client)


def is_not_the_clients(error: BaseException) -> bool:
    """Whether an exception is none of the client's doing: Ctrl-C, or a verdict of the test run itself."""
    outcomes = sys.modules.get("_pytest.outcomes")
    if outcomes is not None and isinstance(error, (outcomes.OutcomeException, outcomes.Exit)):
        return True
    if isinstance(error, asyncio.CancelledError) and running_loop() is not None:
        return bool(_current_task().cancelling())
    return isinstance(error, KeyboardInterrupt)


def running_loop() -> Any:
    """The running asyncio loop, if there is one."""
    return asyncio._get_running_loop()


def running_tasks() -> set[asyncio.Task[Any]]:
    """What runs in the running asyncio loop; nothing where there is none."""
    return asyncio.all_tasks() if running_loop() is not None else set()


def _current_task() -> Any:
    return asyncio.current_task() if running_loop() is not None else None
