"""The fixtures that users ask for. Loading this module imports only pytest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .catalogue import ErrorEntry
    from .gateway import WireReply, WireRequest
    from .transports import Transport
    from .transports.responses import GatewayRequestsMock
    from .trial import Ominigate, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class OminigateServer:
    """Where the fake gateway listens for the whole session, and a key that it accepts."""

    base_url: str
    """The address with ``/v1``, as OpenAI-style SDKs want it."""
    root_url: str
    """The address without ``/v1``."""
    api_key: str


class SharedTransport:
    """The one transport of this process: started for its first holder, stopped after its last."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._holders = 0
        self._transport: Transport | None = None

    @contextmanager
    def hold(self) -> Iterator[Transport]:
        """The transport, running for as long as it is held."""
        from .transports import make_transport

        if self._transport is None:
            self._transport = make_transport(self._name)
            self._transport.start()
        self._holders += 1
        try:
            yield self._transport
        finally:
            self._holders -= 1
            if not self._holders:
                self._transport.stop()
                self._transport = None


SHARED = pytest.StashKey[SharedTransport]()


@pytest.fixture
def ominigate(request: pytest.FixtureRequest) -> Iterator[Ominigate]:
    """A fake OminiGate for one test: its address and key for your client, and what it shall answer.

    ``ominigate.base_url`` (with ``/v1``), ``ominigate.root_url`` and ``ominigate.api_key`` are for the client;
    ``ominigate.fail("rate_limited", times=2)`` and the like say what goes wrong; ``ominigate.call(client.ask, "ping")``
    makes a call and tells what happened.
    """
    from . import running
    from .markers import plan_of
    from .trial import Ominigate

    item: pytest.Item = request.node
    generated = running.is_generated(item)
    plan = None if generated else plan_of(item)
    settings = _settings(request.config)
    with _shared(request.config).hold() as transport, Ominigate(transport=transport, settings=settings) as ominigate:
        if plan is not None:
            plan.script(ominigate)
        if not generated:
            waive = {} if plan is None else plan.waive
            item.stash[running.WATCHED] = running.Watched(ominigate=ominigate, marked=plan is not None, waive=waive)
        yield ominigate


@pytest.fixture(scope="session")
def ominigate_server(request: pytest.FixtureRequest) -> Iterator[OminigateServer]:
    """The address and key of the fake OminiGate for clients that are built once.

    What such a client sends belongs to the test that runs meanwhile.
    """
    from .trial import API_KEY

    with _shared(request.config).hold() as transport:
        yield OminigateServer(base_url=transport.base_url, root_url=transport.root_url, api_key=API_KEY)


@pytest.fixture
def ominigate_error(request: pytest.FixtureRequest) -> ErrorEntry:
    """A documented error; the test runs once for each. ``@pytest.mark.ominigate_errors`` names fewer."""
    entry: ErrorEntry = request.param
    return entry


@pytest.fixture
def ominigate_responses(ominigate: Ominigate) -> Iterator[GatewayRequestsMock]:
    """A ``responses.RequestsMock`` whose routes for the gateway the fake one answers."""
    from .transports.responses import GatewayRequestsMock

    def answer(request: WireRequest) -> WireReply:
        return ominigate.exchange(replace(request, host=""))  # the mock stands in for the real gateway's host

    mock = GatewayRequestsMock(answer, also=(ominigate.root_url,))
    with mock:
        yield mock


def _shared(config: pytest.Config) -> SharedTransport:
    from .chosen import of

    if SHARED not in config.stash:
        config.stash[SHARED] = SharedTransport(of(config).transport)
    return config.stash[SHARED]


def _settings(config: pytest.Config) -> Settings:
    from .chosen import of
    from .trial import Settings

    try:
        options = of(config)
    except pytest.UsageError as error:  # without --ominigate-errors an ini value is read only when it is needed
        pytest.fail(str(error), pytrace=False)
    chosen: dict[str, Any] = {"trials": options.trials} if options.trials else {}
    return Settings(
        transport=options.transport,
        clock=options.clock,
        strict=options.strict,
        select=options.select,
        ignore=options.ignore,
        **chosen,
    )
