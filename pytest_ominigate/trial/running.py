"""A trial under way: what stops its client, and what was seen of it."""

from __future__ import annotations

import threading
from typing import Any

from ..clock import RealClock, VirtualClock, hosts, inflight, native
from ..gateway import FakeGateway, Fault
from ..timeline import Attempt, EndingKind
from ..transports import Transport
from ..transports.real_host import RealHostGuard
from .calling import Got
from .children import Children
from .settings import API_KEY
from .stopping import Stopper

_INSISTENCE = 0.5
"""Seconds of real time after which a client that does not leave its call is interrupted again."""
_OVERRUN = "it was still sending at the request limit"


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
        # In the middle of a send, a client is less ready to be stopped than where it waits for the answer.
        if threading.get_ident() == self._home and not hosts.serves_here():
            self.stopper.checkpoint()

    def _insist(self, stopper: Stopper) -> None:
        """On real time: interrupt a client again and again that catches even this."""
        native.sleep(_INSISTENCE)
        while stopper.armed:
            self.children.kill()
            stopper.interrupt(self._home)
            native.sleep(_INSISTENCE)

    def stop_at_limit(self) -> None:
        """Stop the client because it was still sending at the request limit.

        Requests beyond that get no answer, so what becomes of the call then is no longer the client's own doing.
        """
        if self.overran:
            self.stopper.struck = True
        else:
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
        self.unserved = self._gateway.unserved
        self.unclaimed = self._gateway.unclaimed
        self.secrets |= self._gateway.secrets

    def close(self, transport: Transport) -> None:
        """The trial is over."""
        if isinstance(self.clock, VirtualClock):
            self.clock.on_stuck(_leave)
            self.clock.note_no_more()
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


def _leave(_: str) -> None:
    """What a trial has left behind is nobody's to stop."""
