"""What the ``responses`` transport does beyond the contract."""

from __future__ import annotations

import time

import pytest
import requests
import responses
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from pytest_ominigate.gateway.wire import Break, WireReply
from pytest_ominigate.transports.responses import GatewayRequestsMock

from .conftest import JSON, Scripted

REAL = "https://api.ominigate.ai/v1"
LIMITED = WireReply(status=429, headers=(("Retry-After", "3"),))
FAILED = WireReply(status=502)
RESET = WireReply(breaks=Break.BEFORE)
PONG = WireReply(headers=JSON, chunks=(b"pong",))


def session(**options) -> requests.Session:
    made = requests.Session()
    made.mount("https://", HTTPAdapter(max_retries=Retry(status_forcelist={429, 502}, allowed_methods=None, **options)))
    return made


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    return waits


def replies(*script: WireReply):
    rest = list(script)
    return lambda request: rest.pop(0)


@pytest.mark.parametrize(
    ("script", "waits"),
    [
        ((LIMITED, LIMITED, LIMITED, PONG), [3, 3, 3]),
        ((FAILED, FAILED, FAILED, PONG), [2, 4]),
        ((RESET, RESET, RESET, PONG), [2, 4]),
        ((FAILED, RESET, LIMITED, PONG), [2, 3]),
    ],
)
def test_retries_wait_as_they_do_on_the_wire(script, waits: list[float], slept: list[float]) -> None:
    with GatewayRequestsMock(replies(*script)), session(total=3, backoff_factor=1) as client:
        assert client.post(f"{REAL}/chat").text == "pong"

    assert slept == waits


@pytest.mark.parametrize("script", [(RESET,) * 3, (FAILED, RESET, RESET)])
def test_resets_end_in_a_connection_error_when_retries_are_used_up(script, slept: list[float]) -> None:
    with GatewayRequestsMock(replies(*script)) as mock, session(total=2) as client:
        with pytest.raises(requests.ConnectionError, match="Max retries exceeded"):
            client.post(f"{REAL}/chat")
        assert len(mock.calls) == 3


def test_a_reset_of_a_post_is_not_retried_unless_allowed(slept: list[float]) -> None:
    with GatewayRequestsMock(replies(RESET)), requests.Session() as client:
        client.mount("https://", HTTPAdapter(max_retries=Retry(3)))
        with pytest.raises(requests.ConnectionError, match="Connection aborted"):
            client.post(f"{REAL}/chat")


def test_the_waits_of_a_users_own_route_are_kept_too(slept: list[float]) -> None:
    with GatewayRequestsMock(replies()) as mock, session(total=1) as client:
        mock.get("https://other.example/", status=429, headers={"Retry-After": "7"})
        mock.get("https://other.example/", body="fine")
        assert client.get("https://other.example/").text == "fine"

    assert slept == [7]


def test_a_users_own_route_goes_before_the_gateway(handler: Scripted) -> None:
    with GatewayRequestsMock(handler) as mock:
        mock.get(f"{REAL}/chat", json={"mine": True})
        for _ in range(2):
            assert requests.get(f"{REAL}/chat").json() == {"mine": True}
        assert requests.post(f"{REAL}/chat").json() == {"text": "pong"}
        mock.reset()
        assert requests.get(f"{REAL}/chat").json() == {"text": "pong"}

    assert [request.method for request in handler.requests] == ["POST", "GET"]


def test_an_unreadable_retry_after_is_an_error_of_requests(serve, handler: Scripted) -> None:
    handler.replies["limited"] = WireReply(status=429, headers=(("Retry-After", "soon"),))
    url = f"{serve('responses').base_url}/limited"

    with (
        session(total=2) as client,
        pytest.raises(requests.exceptions.InvalidHeader, match="Invalid Retry-After header: soon") as caught,
    ):
        client.post(url)

    assert caught.value.request.url == url
    assert len(handler.requests) == 1


def test_other_hosts_are_refused_as_responses_does(handler: Scripted) -> None:
    with GatewayRequestsMock(handler), pytest.raises(requests.ConnectionError, match="Connection refused by Responses"):
        requests.get("https://other.example/")


def test_further_addresses_may_count_as_the_gateways(handler: Scripted) -> None:
    with GatewayRequestsMock(handler, also=("http://127.0.0.1:9/",)) as mock:
        assert requests.get("http://127.0.0.1:9/v1/chat").json() == {"text": "pong"}
        assert mock.calls[0].response.status_code == 200


def test_the_transport_lets_other_servers_on_the_loopback_be(serve, server, handler: Scripted) -> None:
    transport = serve("responses")

    assert requests.get(f"{server.base_url}/chat").json() == {"text": "pong"}
    transport.detach()
    assert requests.get(f"{server.base_url}/chat").json() == {"text": "pong"}
    assert [request.host for request in handler.requests] == ["127.0.0.1", "127.0.0.1"]


def test_nothing_is_patched_unless_a_handler_is_attached(serve, handler: Scripted) -> None:
    before = HTTPAdapter.send
    transport = serve("responses")
    assert HTTPAdapter.send is not before

    transport.attach(handler)
    transport.detach()
    transport.detach()

    assert HTTPAdapter.send is before


def test_the_pieces_before_a_break_are_delivered(serve) -> None:
    base_url = serve("responses").base_url

    with requests.post(f"{base_url}/cut-stream", stream=True) as reply:
        lines = reply.iter_lines()
        assert [next(lines) for _ in range(4)] == [b"data: one", b"", b"data: two", b""]
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            next(lines)


def test_a_handlers_failure_reaches_the_harness(serve) -> None:
    transport = serve("responses")

    assert requests.get(f"{transport.base_url}/unheard-of").status_code == 500

    [error] = transport.errors
    assert isinstance(error, KeyError)
    transport.errors.clear()


@pytest.mark.parametrize("body", [b"ab", "ab", iter([b"a", b"b"])])
def test_bodies_of_all_kinds_arrive(body, serve, handler: Scripted) -> None:
    requests.post(f"{serve('responses').base_url}/chat", data=body)

    assert handler.requests[0].body == b"ab"


def test_it_is_a_requests_mock(handler: Scripted) -> None:
    assert isinstance(GatewayRequestsMock(handler), responses.RequestsMock)
