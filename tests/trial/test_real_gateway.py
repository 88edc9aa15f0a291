"""The real gateway cannot be reached for as long as a test has its gateway, not only while a trial runs."""

from __future__ import annotations

import socket

import pytest

from pytest_ominigate.transports import TRANSPORTS, make_transport
from pytest_ominigate.trial import Ominigate, Settings

TOLD = "the client tried to reach api.ominigate.ai, which is refused during a scenario"
WAYS_IN = {
    "loopback": "point the client at ominigate.base_url",
    "vcr": "the transport vcr catches only what is sent with http.client, urllib3, requests, httplib2, httpx, httpx2, "
    "aiohttp or tornado",
    "responses": "the transport responses catches only what is sent with requests",
}


@pytest.mark.parametrize("name", TRANSPORTS)
def test_a_fixture_that_reaches_for_it_is_refused_and_the_next_trial_tells(name: str) -> None:
    said = f"refused by pytest-ominigate: api.ominigate.ai is the real gateway; {WAYS_IN[name]}"

    with make_transport(name) as transport, Ominigate(transport=transport, settings=Settings()) as ominigate:
        with pytest.raises(ConnectionRefusedError) as caught:
            socket.create_connection(("api.ominigate.ai", 443), timeout=9)
        first, second = ominigate.call(lambda: None), ominigate.call(lambda: None)

    assert str(caught.value) == said
    assert TOLD in first.judge()["reasons"]
    assert TOLD not in second.judge()["reasons"]


def test_a_client_that_reaches_for_it_is_told_in_its_own_trial_alone() -> None:
    def stray() -> None:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("api.ominigate.ai", 443), timeout=9)

    with make_transport("loopback") as transport, Ominigate(transport=transport, settings=Settings()) as ominigate:
        outcomes = [ominigate.call(client) for client in (lambda: None, stray, lambda: None)]

    assert [TOLD in outcome.judge()["reasons"] for outcome in outcomes] == [False, True, False]
