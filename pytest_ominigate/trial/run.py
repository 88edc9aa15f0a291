"""One trial: a client's call under a clock and a script of faults, and what came of it."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import inspect
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from ..clock import START, RealClock, VirtualClock
from ..gateway import FakeGateway, Fault
from ..gateway.videos import POLLS_TO_COMPLETE
from ..timeline import EndingKind
from ..transports import Transport
from ..transports.real_host import RealHostGuard
from .calling import Client, Got, call, call_in_lane, call_in_task, call_together, is_async, running_loop, running_tasks
from .driving import Driver
from .logs import collected_logs
from .output import collected_output
from .patience import limited
from .reading import is_async_stream
from .running import Running
from .seeding import seeded
from .settings import ClockName, Settings
from .stopping import wakeable
from .sweeping import SWEEPER

_PAUSE = 600.0
"""Seconds of virtual time between two trials, in which the client's own limiters and circuit breakers recover."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A trial to run."""

    faults: tuple[Fault, ...] = ()
    callers: int = 1
    seed: str = ""
    reads: bool = False
    """Whether the caller reads to its end what the call returned."""
    polls: int = POLLS_TO_COMPLETE
    """How many polls a video task takes that is not completed by its age before."""
    share: int = 1
    """How many requests a healthy call makes by itself: each has the whole request limit."""


class Trials:
    """Runs trials one after the other; virtual time moves on from each to the next.

    Args:
        transport: a started transport with the gateway attached.
        gateway: what answers and records.
        settings: how to run them.
        guard: what keeps the client from the real gateway; what it has refused since the last trial counts, too.
        driver: the event loop for async clients where no loop runs.
        prepare: called when a trial has begun, to write the gateway's successes anew.
    """

    def __init__(
        self,
        transport: Transport,
        gateway: FakeGateway,
        settings: Settings,
        guard: RealHostGuard,
        driver: Driver,
        prepare: Callable[[], None],
    ) -> None:
        self._guard = guard
        self._driver = driver
        self._transport = transport
        self._gateway = gateway
        self._settings = settings
        self._prepare = prepare
        self._start = START
        self._lead = 0.0

    @contextlib.contextmanager
    def open(self, step: Step, client: Client | None = None) -> Iterator[Running]:
        """A trial that lasts as long as the block; the callers are made inside.

        Raises:
            ValueError: the client asks for a clock that there is not.
        """
        virtual = self._clock_of(client) == "virtual"
        SWEEPER.sweep()
        clock = VirtualClock(start=self._start, lead=self._lead) if virtual else RealClock()
        with wakeable(), clock, collected_logs() as records, collected_output() as printed, seeded(step.seed):
            running = Running(self._gateway, clock, self._guard, reads=step.reads)
            if isinstance(clock, VirtualClock):
                clock.on_stuck(running.stop)
            self._transport.errors.clear()
            self._gateway.begin(
                step.faults,
                clock=clock,
                limit=self._settings.limit * step.share,
                on_overrun=running.stop_at_limit,
                polls_to_complete=step.polls,
            )
            self._prepare()
            try:
                with running.children, contextlib.nullcontext() if virtual else limited(running.stop):
                    yield running
            finally:
                running.close(self._transport)
                running.records = [*records, *printed()]
                # Whatever a client sends later belongs to no trial.
                self._gateway.begin(clock=RealClock.started(), limit=sys.maxsize)
                if isinstance(clock, VirtualClock) and _may_go_on(running):
                    clock.run_out(_PAUSE)
                self._start, self._lead = _whole(clock.wall()) + timedelta(seconds=_PAUSE), _PAUSE

    def _clock_of(self, client: Client | None) -> str:
        """The clock that the callable names as its ``ominigate_clock``, else that of the settings."""
        named = getattr(client, "ominigate_clock", self._settings.clock)
        if named not in get_args(ClockName):
            raise ValueError(f"ominigate_clock: no choice {named!r}. Known: {', '.join(get_args(ClockName))}")
        return str(named)

    def run(self, client: Client, step: Step) -> Running:
        """Make the call in this thread. Several callers share its event loop, or get threads if the client allows."""
        with self.open(step, client) as running:
            if step.callers > 1 and is_async(client):
                self._drive(call_together(client, running, step.callers), running)
            elif step.callers > 1 and getattr(client, "thread_safe", False):
                self._call_in_threads(client, running, step.callers)
            else:
                self.call_here(client, running)
        left = self._driver.tasks()
        if left and _may_go_on(running):
            with self.open(Step()) as aside:
                self._drive(asyncio.wait(left, timeout=_PAUSE), aside)
        return running

    def call_here(self, client: Client, running: Running) -> Got:
        """Make the call in this thread; a coroutine is run to its end."""
        got = Got()
        running.gots.append(got)
        call(client, got, running.stopper, reads=running.reads)
        value = got.value
        needs_a_loop = inspect.isawaitable(value) or (running.reads and is_async_stream(value))
        if got.kind is EndingKind.RETURNED and needs_a_loop:
            self._drive(call_in_task(lambda: value, got, running), running)
        return got

    def _drive(self, coroutine: Any, running: Running) -> None:
        call(lambda: self._driver.run(coroutine), Got(), running.stopper)

    def _call_in_threads(self, client: Client, running: Running, callers: int) -> None:
        threads = [
            threading.Thread(target=contextvars.copy_context().run, args=(call_in_lane, client, running, number))
            for number in range(1, callers + 1)
        ]
        for thread in threads:
            thread.start()

        def wait() -> None:
            for thread in threads:
                thread.join()

        # As a call: where the callers never come to their end, the stop strikes here.
        call(wait, Got(), running.stopper)

    async def arun(self, client: Client, step: Step) -> Running:
        """Make the call in the event loop that is running."""
        before = running_tasks()
        with self.open(step, client) as running:
            if step.callers > 1 and is_async(client):
                await call_together(client, running, step.callers)
            else:
                await self.call_there(client, running)
        left = running_tasks() - before
        if left and _may_go_on(running):
            with self.open(Step()):
                await asyncio.wait(left, timeout=_PAUSE)
        return running

    async def call_there(self, client: Client, running: Running) -> Got:
        """Make the call in the event loop that is running."""
        loop = running_loop()
        if type(loop).__module__.partition(".")[0] == "uvloop" and self._settings.clock == "virtual":
            running.doubt("uvloop keeps a time of its own; use asyncio's own loop, or --ominigate-clock=real")
        got = Got()
        running.gots.append(got)
        await call_in_task(client, got, running)
        return got


def _may_go_on(running: Running) -> bool:
    """Whether what the call has left behind, threads or tasks, may come to its end before the next one.

    Some of it would else act in the middle of that, such as those that ``asyncio.gather`` leaves when one fails.
    """
    return isinstance(running.clock, VirtualClock) and not running.stopper.reason


def _whole(moment: datetime) -> datetime:
    """The next whole second."""
    return (moment + timedelta(microseconds=999_999)).astimezone(UTC).replace(microsecond=0)
