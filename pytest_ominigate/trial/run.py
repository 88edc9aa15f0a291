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

from ..clock import START, RealClock, VirtualClock, inflight, native
from ..gateway import FakeGateway, Fault
from ..gateway.videos import POLLS_TO_COMPLETE
from ..timeline import Attempt, EndingKind, Wait
from ..transports import Transport
from ..transports.real_host import RealHostGuard
from .calling import Client, Got, call, call_in_lane, call_in_task, call_together, is_async, running_loop, running_tasks
from .children import Children
from .driving import Driver
from .logs import collected_logs
from .output import collected_output
from .patience import limited
from .reading import is_async_stream
from .seeding import seeded
from .settings import API_KEY, ClockName, Settings
from .stopping import Stopper, wakeable

_PAUSE = 600.0
"""Seconds of virtual time between two trials, in which the client's own limiters and circuit breakers recover."""
_INSISTENCE = 0.5
"""Seconds of real time after which a client that does not leave its call is interrupted again."""
_OVERRUN = "it was still sending at the request limit"


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


class Running:
    """A trial under way, and what is known of it afterwards."""

    def __init__(
        self, gateway: FakeGateway, clock: VirtualClock | RealClock, guard: RealHostGuard, *, reads: bool
    ) -> None:
        self.clock = clock
        self.reads = reads
        self.gots: list[Got] = []
        self.records: list[Any] = []
        self.attempts: tuple[Attempt, ...] = ()
        self.waits: tuple[Wait, ...] = ()
        self.unserved: tuple[Fault, ...] = ()
        self.unclaimed = False
        self.secrets: frozenset[str] = frozenset((API_KEY,))
        self.ended = 0.0
        self.stopper = Stopper()
        self.children = Children()
        self._doubts: list[str] = []
        self._closed = False
        self._refused: tuple[str, ...] = ()
        self._gateway = gateway
        self._guard = guard
        self._home = threading.get_ident()

    def stop(self, reason: str) -> None:
        """Stop the client. Called by the clock where the client seems to run or wait for ever."""
        self.stopper.arm(reason)
        if isinstance(self.clock, VirtualClock):
            self.clock.checkpoint = self.stopper.checkpoint
            if reason != _OVERRUN:
                self.stopper.interrupt(self._home)
                self.stopper.cancel_task()
        else:
            # A coroutine is cancelled: an exception from nowhere would strike the event loop itself.
            if self.stopper.task is None:
                self.stopper.interrupt(self._home)
            self.stopper.cancel_task()
            threading.Thread(target=self._insist, args=(self.stopper,), daemon=True).start()
        self.children.kill()
        if threading.get_ident() == self._home:
            self.stopper.checkpoint()

    def _insist(self, stopper: Stopper) -> None:
        """On real time: interrupt a client again and again that catches even this."""
        native.sleep(_INSISTENCE)
        while stopper.armed:
            self.children.kill()
            stopper.interrupt(self._home)
            native.sleep(_INSISTENCE)

    def stop_at_limit(self) -> None:
        """Stop the client because it was still sending at the request limit."""
        self.stop(_OVERRUN)

    @property
    def overran(self) -> bool:
        """Whether the client was stopped at the request limit."""
        return self.stopper.reason == _OVERRUN

    @property
    def refused(self) -> tuple[str, ...]:
        """The hosts of the real gateway that the client tried to reach, each once."""
        return self._refused or tuple(dict.fromkeys((*self._guard.refused, *self._gateway.refused)))

    @property
    def doubts(self) -> tuple[str, ...]:
        """Reasons why the trial is no evidence, or not all of it."""
        if self._closed:
            return tuple(dict.fromkeys(self._doubts))
        found = [*self._doubts, *self.clock.doubts]
        found += [f"the client tried to reach {host}, which is refused during a scenario" for host in self.refused]
        if self.stopper.reason and not self.overran:
            found.append(f"the client had to be stopped: {self.stopper.reason}")
        return tuple(dict.fromkeys(found))

    def doubt(self, reason: str) -> None:
        """Add a reason."""
        self._doubts.append(reason)

    def renew(self) -> None:
        """Begin another part of the trial: a client that had to be stopped is not stopped again for that."""
        if self.stopper.reason and not self.overran:
            self._doubts.append(f"the client had to be stopped: {self.stopper.reason}")
        self.stopper = Stopper()
        if isinstance(self.clock, VirtualClock):
            self.clock.checkpoint = None

    def look(self) -> None:
        """Note what the gateway has seen so far."""
        self.ended = self.clock.now()
        self.attempts = self._gateway.attempts
        self.waits = self.clock.waits
        self.unserved = self._gateway.unserved
        self.unclaimed = self._gateway.unclaimed
        self.secrets |= self._gateway.secrets

    def close(self, transport: Transport) -> None:
        """The trial is over."""
        self.stopper.disarm()
        if self.children.killed:
            for got in self.gots:
                got.kind, got.value = EndingKind.STOPPED, None
        if inflight.unread():
            transport.settle()
        self.look()
        for error in transport.errors:
            self.doubt(f"the fake gateway itself failed: {type(error).__name__}: {error}")
        self._doubts, self._refused, self._closed = list(self.doubts), self.refused, True
        self._guard.forget()


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
                    clock.on_stuck(_leave)
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


def _leave(_: str) -> None:
    """What a trial has left behind is nobody's to stop."""


def _whole(moment: datetime) -> datetime:
    """The next whole second."""
    return (moment + timedelta(microseconds=999_999)).astimezone(UTC).replace(microsecond=0)
