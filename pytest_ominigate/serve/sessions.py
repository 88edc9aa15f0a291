"""One session for each API key: its gateway, what was scripted for it, and the calls that were told to be over."""

from __future__ import annotations

import sys
from collections import OrderedDict
from dataclasses import dataclass

from ..catalogue import Catalogue
from ..catalogue.envelope import envelope
from ..clock import RealClock
from ..gateway import FakeGateway, WireReply, WireRequest
from ..timeline import Attempt, Ending
from .replies import answer
from .scripting import Plan

LARGEST_RECORDED_BODY = 32 * 1024
"""Of longer request bodies the journal keeps the length and a digest."""
_OVER = "invalid_request"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMade:
    """A call of the client that is over, as its test has told."""

    last: int
    """How many requests the session had seen by then."""
    ended: float
    ending: Ending


class Session:
    """What happens under one API key, from one ``script`` or ``reset`` to the next. Times in seconds since then.

    Until it is scripted or reset for the first time, nobody seems to judge it: at the limit it forgets its requests and
    goes on. Afterwards it is over at the limit, and says so to the client as an error that is not worth a retry.
    """

    def __init__(self, catalogue: Catalogue, limit: int) -> None:
        self._catalogue = catalogue
        self.limit = limit
        self._controlled = False
        self._begin(Plan())

    def begin(self, plan: Plan) -> None:
        """Forget everything, and let *plan* happen from now on.

        Raises:
            ValueError: a success in the plan does not fit its operation; nothing is forgotten then.
        """
        self._begin(plan)
        self._controlled = True

    def _begin(self, plan: Plan) -> None:
        clock = RealClock.started()
        gateway = FakeGateway(
            self._catalogue, clock, limit=sys.maxsize, allow_real_host=True, largest_body=LARGEST_RECORDED_BODY
        )
        for operation, body in plan.successes:
            gateway.succeed(operation, body)
        gateway.add(*plan.faults)
        self.plan, self.gateway, self.clock = plan, gateway, clock
        self.calls: list[CallMade] = []
        self.doubts: list[str] = []
        self.requests = 0
        """How many requests of the present journal there are."""
        self.forgotten = 0
        """How many earlier requests the journal does not hold any more."""
        self.overran = False
        """Whether more requests came than the limit allows."""

    def exchange(self, request: WireRequest) -> WireReply:
        """Answer a request of the client, and record it."""
        if self.requests >= self.limit:
            if self._controlled:
                self.overran = True
                return self._farewell()
            self.forgotten += self.requests
            self.requests = 0
            self.calls.clear()
            self.gateway.forget()
        try:
            reply = self.gateway.exchange(request)
        except Exception as error:  # whatever it was, this session's journal is no evidence any more
            self.doubts = [f"the fake gateway itself failed: {type(error).__name__}"]
            raise
        self.requests += 1
        return reply

    def _farewell(self) -> WireReply:
        entry = self._catalogue.require(_OVER)
        message = (
            f"{entry.message} This key's session with the fake gateway is over after {self.limit} requests. "
            "POST /__ominigate/reset or /__ominigate/script begins the next; serve --limit allows more."
        )
        return answer(envelope(entry, now=self.clock.wall(), message=message), entry.status)

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """The requests of the present journal."""
        return self.gateway.attempts

    def end_call(self, ending: Ending) -> None:
        """Note that the client's call is over, and what the caller got."""
        self.calls.append(CallMade(last=self.requests, ended=self.clock.now(), ending=ending))


class Sessions:
    """The sessions of a server. Where there are too many, the one that was used least recently is dropped."""

    def __init__(self, catalogue: Catalogue, *, limit: int, most: int) -> None:
        self._catalogue = catalogue
        self._limit = limit
        self._most = most
        self._by_key: OrderedDict[str, Session] = OrderedDict()

    def find(self, key: str) -> Session | None:
        """The session of that key, if there is one."""
        session = self._by_key.get(key)
        if session is not None:
            self._by_key.move_to_end(key)
        return session

    def of(self, key: str) -> Session:
        """The session of that key, a new one if there is none."""
        session = self.find(key)
        if session is None:
            session = self._by_key[key] = Session(self._catalogue, self._limit)
            self._shrink()
        return session

    def begin(self, key: str, plan: Plan) -> Session:
        """Begin the session of that key anew; the plan's keys belong to it from now on, and those of before no more."""
        session = self.of(key)
        session.begin(plan)
        for other in [other for other, owned in self._by_key.items() if owned is session and other != key]:
            del self._by_key[other]
        for other in plan.keys:
            self._by_key[other] = session
            self._by_key.move_to_end(other)
        self._shrink()
        return session

    def _shrink(self) -> None:
        while len(self._by_key) > self._most:
            self._by_key.popitem(last=False)
