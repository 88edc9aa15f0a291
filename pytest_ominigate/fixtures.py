"""The fixtures that users ask for. Loaded in every run, so it imports only pytest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .catalogue import ErrorEntry
    from .gateway import WireReply, WireRequest
    from .sharing import OminigateServer
    from .transports.responses import GatewayRequestsMock
    from .trial import Ominigate


@pytest.fixture
def ominigate(request: pytest.FixtureRequest) -> Iterator[Ominigate]:
    """A fake OminiGate for one test: its address and key for your client, and what it shall answer.

    ``ominigate.base_url`` (with ``/v1``), ``ominigate.root_url`` and ``ominigate.api_key`` are for the client;
    ``ominigate.fail("rate_limited", times=2)`` and the like say what goes wrong; ``ominigate.call(client.ask, "ping")``
    makes a call and tells what happened.
    """
    from . import running
    from .clock import installed
    from .markers import plan_of
    from .sharing import settings_of, transport_of
    from .trial import Ominigate

    item: pytest.Item = request.node
    generated = running.is_generated(item)
    plan = None if generated else plan_of(item)
    settings = settings_of(request.config)
    shared = transport_of(request.config)
    with (
        installed() if settings.clock == "virtual" else nullcontext(),
        shared.hold() as transport,
        Ominigate(transport=transport, settings=settings, driver=shared.driver) as ominigate,
    ):
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
    from .sharing import OminigateServer, transport_of
    from .trial import API_KEY

    with transport_of(request.config).hold() as transport:
        yield OminigateServer(base_url=transport.base_url, root_url=transport.root_url, api_key=API_KEY)


@pytest.fixture
def ominigate_error(request: pytest.FixtureRequest) -> ErrorEntry:
    """A documented error; the test runs once for each. ``@pytest.mark.ominigate_errors`` names fewer."""
    entry: ErrorEntry = request.param
    return entry


@pytest.fixture
def ominigate_responses(ominigate: Ominigate) -> Iterator[GatewayRequestsMock]:
    """A ``responses.RequestsMock`` whose routes for the gateway the fake one answers."""
    from dataclasses import replace

    from .transports.responses import GatewayRequestsMock

    def answer(request: WireRequest) -> WireReply:
        return ominigate.exchange(replace(request, host=""))  # the mock stands in for the real gateway's host

    mock = GatewayRequestsMock(answer, also=(ominigate.root_url,))
    with mock:
        yield mock
