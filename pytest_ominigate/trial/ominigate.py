"""What a test holds in its hands: the fake gateway, scripted and read back, and the judgement of what was called."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

from ..catalogue import load
from ..clock import Clock, RealClock, installed
from ..gateway import FakeGateway, Fault, Scenario, WireReply, WireRequest, dropped, scripted
from ..gateway.backend import Body
from ..reports.shape import Result
from ..timeline import Attempt, Trial
from ..transports import Transport
from ..transports.proxies import unproxied
from ..transports.real_host import RealHostGuard
from .bench import Bench
from .calling import Client, Got
from .driving import Driver
from .freezing import endings_of, frozen, gaps, part
from .health import Health
from .outcome import Outcome
from .run import Step, Trials
from .running import Running
from .settings import API_KEY, Settings
from .trust import trust_put_off
from .watch import Part, Watch

P = ParamSpec("P")
T = TypeVar("T")


class Ominigate:
    """A fake OminiGate for one test.

    Script it with ``fail``, ``succeed`` and ``drop_stream``; make the client's call through ``call`` (or ``acall``),
    and read ``requests`` and ``waits`` afterwards. All times are seconds.
    """

    def __init__(self, *, transport: Transport, settings: Settings, driver: Driver | None = None) -> None:
        self._transport = transport
        self._settings = settings
        self._catalogue = load()
        self._faults: list[Fault] = []
        self._successes: list[tuple[str, Body]] = []
        self._idle = RealClock.started()
        self._gateway = FakeGateway(
            self._catalogue, self._idle, limit=sys.maxsize, allow_real_host=transport.name != "loopback"
        )
        self._guard = RealHostGuard(transport.way_in)
        self._driver = driver or Driver()
        self._shares_driver = driver is not None
        self._trials = Trials(transport, self._gateway, settings, self._guard, self._driver, self._prepare)
        self._bench = Bench(self._trials, transport, self._catalogue, settings)
        self._watch: Watch | None = None
        self._last: tuple[Attempt, ...] | None = None
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        """Answer requests from now on."""
        self._stack.enter_context(unproxied())
        self._stack.enter_context(trust_put_off())
        self._stack.enter_context(self._guard)
        if self._settings.clock == "virtual":
            self._stack.enter_context(installed())
        self._transport.attach(self._gateway.exchange)
        self._stack.callback(self._transport.detach)
        self._stack.callback(self._driver.rest if self._shares_driver else self._driver.close)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Answer no more, and take everything away again."""
        self._stack.close()

    def _prepare(self) -> None:
        for operation, body in self._successes:
            self._gateway.succeed(operation, body)

    def _add(self, *faults: Fault) -> None:
        if self._watch is not None:
            self._gateway.add(*faults)
        else:
            self._faults += faults

    # The address

    @property
    def base_url(self) -> str:
        """The gateway's address with ``/v1``, as OpenAI-style SDKs want it."""
        return self._transport.base_url

    @property
    def root_url(self) -> str:
        """The gateway's address without ``/v1``."""
        return self._transport.root_url

    @property
    def api_key(self) -> str:
        """A key that the fake gateway accepts."""
        return API_KEY

    # The script

    def fail(
        self,
        *codes: str,
        times: int | None = 1,
        status: int | None = None,
        retry_after: float | datetime | str | None = None,
        on: str | None = None,
    ) -> None:
        """Answer with these documented errors, in order, before succeeding again.

        Args:
            codes: documented codes, such as ``rate_limited``.
            times: how often each is served; None for ever.
            status: one of the code's documented statuses; None for its default.
            retry_after: a Retry-After header: seconds, a date with a time zone, or the raw text.
            on: the operation or step that meets them, such as ``chat`` or ``video.status``; None for any.

        Raises:
            ValueError: a name or number that does not exist; the message names the choices.
        """
        faults = scripted(self._catalogue, *codes, times=times, status=status, retry_after=retry_after, on=on)
        self._add(*faults)

    def drop_stream(
        self,
        how: str = "reset",
        *,
        code: str = "upstream_failed",
        times: int | None = 1,
        delivered: int | None = None,
        on: str | None = None,
    ) -> None:
        """Break a stream: ``reset`` (the connection), ``unfinished`` (a clean but early end) or ``error`` (an event).

        Args:
            how: the way in which it breaks.
            code: the documented error in the event of an ``error``.
            times: how many streams break; None for all.
            delivered: how many pieces of text go out before; None for half of them.
            on: ``chat_stream``, ``messages_stream``, or None for both.

        Raises:
            ValueError: a name or number that does not exist; the message names the choices.
        """
        self._add(dropped(self._catalogue, how, code=code, times=times, delivered=delivered, on=on))

    def succeed(self, operation: str, body: Body) -> None:
        """Let an operation succeed with a reply of your own, for the rest of the test.

        Args:
            operation: such as ``chat``, ``chat_stream``, ``image``, ``video.result`` or ``models``.
            body: the whole JSON reply; or, for chat and messages, the text or a list of its pieces.

        Raises:
            ValueError: no such operation, or a body that does not fit it.
        """
        self._gateway.succeed(operation, body)
        self._successes.append((operation, body))

    # What happened

    @property
    def requests(self) -> tuple[Attempt, ...]:
        """What the client has sent in this test (outside a test body: in the last call), keys masked."""
        return self._last if self._last is not None and self._watch is None else self._gateway.attempts

    @property
    def waits(self) -> list[float]:
        """The seconds between each of those requests and the one before it."""
        return gaps(self.requests)

    @property
    def clock(self) -> Clock:
        """The time as the client sees it: ``now()`` in seconds since the test began, ``wall()`` as a date."""
        return self._watch.running.clock if self._watch is not None else self._idle

    def exchange(self, request: WireRequest) -> WireReply:
        """Answer one request; for mocks of your own."""
        return self._gateway.exchange(request)

    # Calls

    def call(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Outcome[T]:
        """Make one call of the client and tell what came of it. What the client raises is kept, not raised."""

        def client() -> T:
            return function(*args, **kwargs)

        if self._watch is None:
            return self._whole(self._trials.run(client, Step(faults=self._take_faults(), seed="call")))
        running, before = self._begin_part(self._watch)
        got = self._trials.call_here(client, running)
        return self._end_part(self._watch, got, *before)

    async def acall(self, function: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs) -> Outcome[T]:
        """The same for a coroutine function, in the event loop that is running."""

        def client() -> Awaitable[T]:
            return function(*args, **kwargs)

        if self._watch is None:
            return self._whole(await self._trials.arun(client, Step(faults=self._take_faults(), seed="call")))
        running, before = self._begin_part(self._watch)
        got = await self._trials.call_there(client, running)
        return self._end_part(self._watch, got, *before)

    def _take_faults(self) -> tuple[Fault, ...]:
        faults, self._faults = tuple(self._faults), []
        return faults

    def _whole(self, running: Running) -> Outcome[Any]:
        self._last = running.attempts
        return Outcome(running.gots[0], frozen(running, self._catalogue), self._catalogue, self._settings)

    def _begin_part(self, watch: Watch) -> tuple[Running, tuple[int, float]]:
        running = watch.running
        running.renew()
        running.look()
        self._gateway.limit = len(running.attempts) + self._settings.limit
        return running, (len(running.attempts), running.ended)

    def _end_part(self, watch: Watch, got: Got, first: int, begun: float) -> Outcome[Any]:
        running = watch.running
        running.look()
        attempts = running.attempts[first:]
        timeline = part(attempts, running.clock.waits, begun, running.ended)
        with running.clock.hold():  # what is looked at here is none of the client's time
            endings = endings_of(running, (got,), timeline, self._catalogue)
        trial = Trial(timeline=timeline, endings=endings, stopped=running.overran, doubts=running.doubts)
        watch.parts.append(Part(first=first, last=len(running.attempts), trial=trial))
        running.renew()
        self._gateway.limit = len(running.attempts) + self._settings.limit
        return Outcome(got, trial, self._catalogue, self._settings)

    # For the pytest layer

    def run_scenario(
        self,
        client: Client,
        scenario: Scenario,
        *,
        nodeid: str,
        waive: Mapping[str, str] | None = None,
        known: Health | None = None,
    ) -> Result:
        """Run a generated scenario in this thread and judge the client; *known* as in ``Bench.run``."""
        return self._bench.run(client, scenario, nodeid=nodeid, waive=waive or {}, known=known)

    async def arun_scenario(
        self,
        client: Client,
        scenario: Scenario,
        *,
        nodeid: str,
        waive: Mapping[str, str] | None = None,
        known: Health | None = None,
    ) -> Result:
        """The same in the event loop that is running."""
        return await self._bench.arun(client, scenario, nodeid=nodeid, waive=waive or {}, known=known)

    @property
    def health(self) -> Health | None:
        """What the healthy call in the last scenario was like; None if there was none."""
        return self._bench.health

    def watch(self) -> Watch:
        """A trial to be put round the body of a test, with the faults scripted so far; more may be scripted inside."""
        return Watch(
            self._trials,
            self._catalogue,
            self._settings,
            self._take_faults,
            lambda: self._gateway.attempts,
            self._watched,
        )

    def _watched(self, watch: Watch | None) -> None:
        if watch is None:
            self._last = self._watch.running.attempts if self._watch else None
        self._watch = watch
