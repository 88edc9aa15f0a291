from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_ominigate.gateway.wire import Break, WireReply, WireRequest
from pytest_ominigate.transports import Transport, make_transport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_ominigate.transports.loopback import LoopbackServer

JSON = (("Content-Type", "application/json"), ("X-Request-Id", "req_0001"))
EVENTS = (b"data: one\n\n", b"data: two\n\n", b"data: [DONE]\n\n")


class Scripted:
    """A handler that keeps the requests and answers by the last part of the path."""

    def __init__(self) -> None:
        self.requests: list[WireRequest] = []
        self.replies = {
            "chat": WireReply(headers=JSON, chunks=(b'{"text": ', b'"pong"}')),
            "limited": WireReply(
                status=429, headers=(*JSON, ("Retry-After", "20")), chunks=(b'{"error": {"code": "rate_limited"}}',)
            ),
            "nothing": WireReply(status=204),
            "stream": WireReply(streamed=True, headers=(("X-Request-Id", "req_0001"),), chunks=EVENTS),
            "reset": WireReply(breaks=Break.BEFORE),
            "cut": WireReply(headers=JSON, chunks=(b'{"text": "po',), breaks=Break.WITHIN),
            "cut-stream": WireReply(streamed=True, chunks=EVENTS[:2], breaks=Break.WITHIN),
            "long": WireReply(headers=JSON, chunks=(b"x" * 5_000_000,)),
        }

    def __call__(self, request: WireRequest) -> WireReply:
        self.requests.append(request)
        return self.replies[request.path.rpartition("/")[2]]


@pytest.fixture
def handler() -> Scripted:
    return Scripted()


@pytest.fixture
def serve(handler: Scripted) -> Iterator[object]:
    """Start a transport by name, with the scripted handler attached."""
    started: list[Transport] = []

    def start(name: str) -> Transport:
        transport = make_transport(name)
        transport.start()
        started.append(transport)
        transport.attach(handler)
        return transport

    yield start
    for transport in started:
        transport.stop()
        assert transport.errors == []


@pytest.fixture
def server(serve) -> LoopbackServer:
    return serve("loopback")
