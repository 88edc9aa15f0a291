"""The loopback server, at the level of bytes and connections."""

from __future__ import annotations

import errno
import os
import resource
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
import pytest
import requests

from pytest_ominigate.clock import inflight
from pytest_ominigate.gateway.wire import WireReply, WireRequest
from pytest_ominigate.transports.loopback import LoopbackServer

from .bare import ASK, PONG, connected, open_files
from .clients import TIMEOUT

if TYPE_CHECKING:
    from .conftest import Scripted


def read_until(sock: socket.socket, end: bytes) -> bytes:
    got = bytearray()
    while not got.endswith(end):
        data = sock.recv(65536)
        assert data, f"the connection ended after {bytes(got)!r}"
        got += data
    return bytes(got)


def read_all(sock: socket.socket) -> bytes:
    got = bytearray()
    while data := sock.recv(65536):
        got += data
    return bytes(got)


def has_ipv6() -> bool:
    """Whether this machine has an IPv6 loopback; some containers have none."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def test_it_listens_before_start_returns_and_has_no_address_before() -> None:
    server = LoopbackServer()
    with pytest.raises(RuntimeError, match="not started"):
        _ = server.root_url

    with server, connected(server) as sock:
        assert sock.getpeername()[0] == "127.0.0.1"
        assert server.base_url == f"{server.root_url}/v1"


def test_it_listens_at_the_port_it_is_given(server: LoopbackServer, handler: Scripted) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with LoopbackServer(port=port) as chosen:
        chosen.attach(handler)
        assert chosen.root_url == f"http://127.0.0.1:{port}"
        assert requests.post(f"{chosen.base_url}/chat", timeout=TIMEOUT).content == PONG


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("localhost", "localhost"),
        ("0.0.0.0", "127.0.0.1"),
        *([("::1", "[::1]"), ("::", "[::1]")] if has_ipv6() else []),
    ],
)
def test_it_listens_where_it_is_told_and_says_how_to_get_there(host: str, shown: str, handler: Scripted) -> None:
    with LoopbackServer(host=host) as server:
        server.attach(handler)
        assert server.root_url.rpartition(":")[0] == f"http://{shown}"
        assert requests.post(f"{server.base_url}/chat", timeout=TIMEOUT).content == PONG


def test_a_request_that_is_too_long_is_refused_and_others_are_answered(handler: Scripted) -> None:
    with LoopbackServer(largest=1000) as server:
        server.attach(handler)
        refused = requests.post(f"{server.base_url}/chat", data=b"x" * 5_000_000, timeout=TIMEOUT)
        granted = requests.post(f"{server.base_url}/chat", data=b"x" * 100, timeout=TIMEOUT)
        assert (refused.status_code, granted.status_code) == (413, 200)
        assert len(handler.requests) == 1


def test_stop_closes_all_and_leaves_no_thread_and_no_file(handler: Scripted) -> None:
    before, files = set(threading.enumerate()), open_files()
    server = LoopbackServer()
    server.start()
    server.start()
    server.attach(handler)
    with connected(server) as parked, connected(server) as silent:
        parked.sendall(ASK)
        read_until(parked, PONG)

        server.stop()
        server.stop()

        assert parked.recv(1) == b""
        assert silent.recv(1) == b""
    assert set(threading.enumerate()) == before
    assert open_files() == files


def test_it_can_be_started_again(handler: Scripted) -> None:
    server = LoopbackServer()
    for _ in range(2):
        with server:
            server.attach(handler)
            assert requests.post(f"{server.base_url}/chat", timeout=TIMEOUT).content == PONG
    assert len(handler.requests) == 2


def test_without_a_handler_it_answers_503(server: LoopbackServer) -> None:
    server.detach()

    reply = requests.post(f"{server.base_url}/chat", timeout=TIMEOUT)

    assert (reply.status_code, reply.headers["Content-Type"]) == (503, "text/plain; charset=utf-8")


@pytest.mark.parametrize("error", [KeyError("odd"), SystemExit(3)])
def test_a_handler_that_raises_is_answered_with_500_and_kept(error: BaseException) -> None:
    def broken(request: WireRequest) -> WireReply:
        raise error

    with LoopbackServer() as server:
        server.attach(broken)
        first = requests.post(f"{server.base_url}/chat", timeout=TIMEOUT)
        assert first.status_code == 500
        assert type(error).__name__ in first.text
        assert server.errors == [error]
        server.attach(lambda request: WireReply(status=204))
        assert requests.post(f"{server.base_url}/chat", timeout=TIMEOUT).status_code == 204
        assert server.errors == []


def test_a_reply_with_a_line_break_in_a_header_is_not_sent() -> None:
    with LoopbackServer() as server:
        server.attach(lambda request: WireReply(headers=(("Retry-After", "1\r\nX-Evil: 2"),)))
        assert requests.post(f"{server.base_url}/chat", timeout=TIMEOUT).status_code == 500
        assert [type(error) for error in server.errors] == [ValueError]


@pytest.mark.parametrize("client_class", [requests.Session, httpx.Client])
def test_connections_are_kept_alive(client_class, handler: Scripted) -> None:
    peers = set()

    def lane_of(peer: tuple[str, int]) -> int:
        peers.add(peer)
        return 7

    with LoopbackServer(lane_of=lane_of) as server, client_class() as client:
        server.attach(handler)
        for path in ("chat", "limited", "stream", "nothing", "chat"):
            assert client.post(f"{server.base_url}/{path}", data={"q": "ping"}, timeout=TIMEOUT).status_code
    assert len(peers) == 1
    assert {request.lane for request in handler.requests} == {7}


def test_requests_in_a_row_are_answered_in_a_row(server: LoopbackServer, handler: Scripted) -> None:
    with connected(server) as sock:
        sock.sendall(ASK + ASK.replace(b"{}", b"[]") + ASK.replace(b"/chat", b"/limited"))

        answers = read_until(sock, b'{"error": {"code": "rate_limited"}}')

    assert answers.count(b"HTTP/1.1 ") == 3
    assert [request.body for request in handler.requests] == [b"{}", b"[]", b"{}"]


def test_a_client_that_waits_for_100_continue_gets_it(server: LoopbackServer) -> None:
    with connected(server) as sock:
        for _ in range(2):
            sock.sendall(ASK[:-4] + b"Expect: 100-continue\r\n\r\n")
            assert read_until(sock, b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
            sock.sendall(b"{}")
            assert read_until(sock, PONG).startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_chunked_request_is_put_together(server: LoopbackServer, handler: Scripted) -> None:
    requests.post(f"{server.base_url}/chat", data=iter([b'{"q": ', b'"ping"}']), timeout=TIMEOUT)

    assert handler.requests[0].body == b'{"q": "ping"}'


def test_an_upload_of_20_megabytes_arrives(server: LoopbackServer, handler: Scripted) -> None:
    image = os.urandom(1024) * 20 * 1024

    requests.post(f"{server.base_url}/chat", files={"image": ("a.png", image)}, timeout=TIMEOUT)

    assert image in handler.requests[0].body


def test_a_client_of_http_1_0_is_answered_and_the_connection_closed(server: LoopbackServer) -> None:
    with connected(server) as sock:
        sock.sendall(b"GET /v1/stream HTTP/1.0\r\n\r\n")
        stream = read_all(sock)
    with connected(server) as sock:
        sock.sendall(b"GET /v1/cut-stream HTTP/1.0\r\n\r\n")
        cut = read_all(sock)

    assert stream.endswith(b"\r\n\r\ndata: one\n\ndata: two\n\ndata: [DONE]\n\n")
    assert b"Connection: close" in stream
    assert b"Content-Length: 45\r\n" in cut


def test_a_client_that_has_said_all_is_answered_still(server: LoopbackServer) -> None:
    with connected(server) as sock:
        sock.sendall(ASK)
        sock.shutdown(socket.SHUT_WR)

        assert read_all(sock).endswith(PONG)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"what is this?\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: x\r\nHost: a\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nX-Long: " + b"a" * 300_000, b"431"),
    ],
)
def test_what_is_no_http_is_refused_and_the_connection_closed(sent: bytes, status: bytes, server, handler) -> None:
    with connected(server) as sock:
        sock.sendall(sent)

        answer = read_all(sock)

    assert answer.startswith(b"HTTP/1.1 " + status)
    assert b"Connection: close\r\n" in answer
    assert handler.requests == []


def test_a_client_that_leaves_in_the_middle_does_no_harm(server: LoopbackServer, handler: Scripted) -> None:
    for part in (b"", ASK[:10], ASK[:-1]):
        with connected(server) as sock:
            sock.sendall(part)

    assert requests.post(f"{server.base_url}/chat", timeout=TIMEOUT).content == PONG
    assert len(handler.requests) == 1


def test_a_client_that_does_not_read_holds_up_nobody(server: LoopbackServer, handler: Scripted) -> None:
    with connected(server) as slow:
        for _ in range(4):
            slow.sendall(ASK.replace(b"/chat", b"/long"))

        assert requests.post(f"{server.base_url}/chat", timeout=TIMEOUT).content == PONG

        slow.sendall(ASK)
        answers = read_until(slow, PONG)
    assert answers.count(b"x" * 5_000_000) == 4
    assert len(handler.requests) == 6


def test_all_of_a_cut_body_can_be_read_before_the_break(server: LoopbackServer) -> None:
    with requests.post(f"{server.base_url}/cut-stream", stream=True, timeout=TIMEOUT) as reply:
        lines = reply.iter_lines()

        assert [next(lines) for _ in range(4)] == [b"data: one", b"", b"data: two", b""]
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            next(lines)


def test_the_server_counts_as_busy_while_it_answers(server: LoopbackServer) -> None:
    seen = []

    def look(request: WireRequest) -> WireReply:
        seen.append(inflight.anything())
        return WireReply(status=204)

    server.attach(look)
    requests.post(f"{server.base_url}/chat", timeout=TIMEOUT)
    server.stop()

    assert seen == [True]
    assert not inflight.anything()


def test_out_of_file_descriptors_clients_are_dropped_instead_of_left_waiting(server: LoopbackServer) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with socket.socket() as unlucky:
        unlucky.settimeout(TIMEOUT)
        lowest = os.dup(0)
        os.close(lowest)
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, hard))
        try:
            unlucky.connect(("127.0.0.1", int(server.root_url.rpartition(":")[2])))
            assert unlucky.recv(1) == b""
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert [error.errno for error in server.errors] == [errno.EMFILE]
    server.errors.clear()
    assert requests.post(f"{server.base_url}/chat", timeout=TIMEOUT).content == PONG


def test_200_clients_are_served_at_once(server: LoopbackServer, handler: Scripted) -> None:
    files = open_files()
    ready = threading.Barrier(20)

    def ask(_: int) -> list[bytes]:
        sockets = [socket.create_connection(server.root_url[7:].split(":"), timeout=TIMEOUT) for _ in range(10)]
        ready.wait(TIMEOUT)
        for sock in sockets:
            sock.sendall(ASK)
        answers = [read_until(sock, PONG) for sock in sockets]
        ready.wait(TIMEOUT)
        for sock in sockets:
            sock.close()
        return answers

    with ThreadPoolExecutor(20) as pool:
        answers = [answer for some in pool.map(ask, range(20)) for answer in some]
    server.stop()

    assert len(answers) == len(handler.requests) == 200
    assert open_files() < files


def test_it_settles_what_was_sent_by_clients_that_have_left() -> None:
    seen: list[str] = []

    def answer(request: WireRequest) -> WireReply:
        seen.append(request.target)
        return WireReply()

    with LoopbackServer() as server:
        server.attach(answer)
        for count in range(1, 51):
            with connected(server) as sock:
                sock.sendall(ASK)
            server.settle()
            assert len(seen) == count
