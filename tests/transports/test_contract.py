"""One contract for all transports, kept by every client library that a transport knows."""

from __future__ import annotations

import pytest

from pytest_ominigate.gateway.wire import Break
from pytest_ominigate.transports import TRANSPORTS, make_transport

from .clients import CLIENTS, Client
from .conftest import EVENTS

EVERY = [
    pytest.param(client, transport, id=f"{client.name}-{transport}")
    for client in CLIENTS
    for transport in TRANSPORTS
    if transport in client.transports
]
CUTTING = [
    pytest.param(client, transport, id=f"{client.name}-{transport}")
    for client in CLIENTS
    for transport in ("loopback", "responses")
    if transport in client.transports
]
every_pair = pytest.mark.parametrize(("client", "transport"), EVERY)


@every_pair
def test_the_request_arrives_as_sent(client: Client, transport: str, serve, handler) -> None:
    base_url = serve(transport).base_url

    client.send("POST", f"{base_url}/chat?n=1&m=2", b'{"q": "ping"}')

    [request] = handler.requests
    assert (request.method, request.path, request.target) == ("POST", "/v1/chat", "/v1/chat?n=1&m=2")
    assert request.body == b'{"q": "ping"}'
    assert request.header("x-client") == client.name.removesuffix("-async")
    assert request.host == ("127.0.0.1" if transport == "loopback" else "api.ominigate.ai")
    assert request.lane is None


@every_pair
def test_a_reply_arrives_whole(client: Client, transport: str, serve) -> None:
    answer = client.send("POST", f"{serve(transport).base_url}/chat", b"{}")

    assert (answer.status, answer.body) == (200, b'{"text": "pong"}')
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-request-id"] == "req_0001"
    assert answer.headers["content-length"] == "16"


@every_pair
def test_an_error_keeps_its_status_headers_and_body(client: Client, transport: str, serve) -> None:
    answer = client.send("POST", f"{serve(transport).base_url}/limited", b"{}")

    assert (answer.status, answer.headers["retry-after"]) == (429, "20")
    assert answer.body == b'{"error": {"code": "rate_limited"}}'


@every_pair
def test_a_stream_arrives_in_order(client: Client, transport: str, serve) -> None:
    answer = client.send("POST", f"{serve(transport).base_url}/stream", b"{}")

    assert (answer.status, answer.body) == (200, b"".join(EVENTS))
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "content-length" not in answer.headers


@every_pair
def test_a_large_body_goes_both_ways(client: Client, transport: str, serve, handler) -> None:
    sent = bytes(range(256)) * 8_000

    answer = client.send("POST", f"{serve(transport).base_url}/long", sent)

    assert handler.requests[0].body == sent
    assert answer.body == b"x" * 5_000_000


@every_pair
def test_head_and_204_have_no_body(client: Client, transport: str, serve) -> None:
    base_url = serve(transport).base_url

    head, nothing = client.send("HEAD", f"{base_url}/chat", b""), client.send("DELETE", f"{base_url}/nothing", b"")

    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", "16")
    assert (nothing.status, nothing.body) == (204, b"")


@every_pair
def test_a_reset_is_the_librarys_own_connection_error(client: Client, transport: str, serve, handler) -> None:
    base_url = serve(transport).base_url

    with pytest.raises(client.reset):
        client.send("POST", f"{base_url}/reset", b"{}")

    assert len(handler.requests) == 1
    assert client.send("POST", f"{base_url}/chat", b"{}").status == 200


@pytest.mark.parametrize(("client", "transport"), CUTTING)
@pytest.mark.parametrize("path", ["cut", "cut-stream"])
def test_a_body_that_breaks_off_is_seen(client: Client, transport: str, path: str, serve, handler) -> None:
    base_url = serve(transport).base_url

    with pytest.raises(client.cut):
        client.send("POST", f"{base_url}/{path}", b"{}")

    assert len(handler.requests) == 1


@pytest.mark.parametrize("name", TRANSPORTS)
def test_a_transport_names_the_breaks_it_cannot_make(name: str) -> None:
    transport = make_transport(name)

    assert transport.name == name
    assert transport.caveats == (frozenset({Break.WITHIN}) if name == "vcr" else frozenset())


def test_an_unknown_transport_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="no transport is called 'smoke'; there are loopback, vcr, responses"):
        make_transport("smoke")
