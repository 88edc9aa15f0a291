"""Requests and replies under way between the client and the harness's own server: no clock jumps over them."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from pytest_ominigate.clock import VirtualClock, inflight
from pytest_ominigate.gateway.wire import WireReply, WireRequest
from pytest_ominigate.transports.loopback import LoopbackServer

from .noting import sleeper_that_notes

ASK = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with LoopbackServer() as server:
        server.attach(lambda _: WireReply(chunks=(b"pong",)))
        yield server


def connect(server: LoopbackServer, timeout: float = 300) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(server.root_url.rpartition(":")[2])), timeout)


def test_an_answer_is_in_time_however_short_the_time_limit(server: LoopbackServer, clock: VirtualClock) -> None:
    with connect(server, timeout=1e-6) as sock:
        for _ in range(200):
            sock.sendall(ASK)
            assert sock.recv(1000).endswith(b"pong")

    assert clock.now() == 0


def test_no_jump_while_the_server_works_on_a_request(server: LoopbackServer, clock: VirtualClock) -> None:
    def work(_: WireRequest) -> WireReply:
        sum(range(2_000_000))
        return WireReply(chunks=(str(clock.now()).encode(),))

    server.attach(work)
    threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
    with connect(server) as sock:
        sock.sendall(ASK)

        assert sock.recv(1000).endswith(b"0.0")


def test_no_jump_while_anyone_is_busy(clock: VirtualClock) -> None:
    jumped: list[float] = []
    sleeper = sleeper_that_notes(clock, 10, jumped)
    with inflight.busy():
        assert inflight.anything()
        sleeper.start()
        sum(range(3_000_000))
        assert clock.now() == 0
    assert not inflight.anything()
    sleeper.join()

    assert jumped == [10]


def test_thirty_callers_at_once_keep_every_wait_exact(server: LoopbackServer, clock: VirtualClock) -> None:
    def caller(number: int) -> list[float]:
        times = []
        with connect(server) as sock:
            for _ in range(4):
                sock.sendall(ASK)
                assert sock.recv(1000).endswith(b"pong")
                times.append(clock.now())
                time.sleep(1 + number / 100)
        return times

    with ThreadPoolExecutor(30) as pool:
        times = list(pool.map(caller, range(30)))

    assert [[round(at, 9) for at in each] for each in times] == [
        [round(turn * (1 + number / 100), 9) for turn in range(4)] for number in range(30)
    ]


def test_a_reply_left_unread_is_the_clients_own_choice(server: LoopbackServer, clock: VirtualClock) -> None:
    with connect(server) as sock:
        sock.sendall(ASK)
        time.sleep(72_000)

        assert clock.now() == 72_000


def test_a_client_that_hangs_up_is_not_waited_for(server: LoopbackServer, clock: VirtualClock) -> None:
    for _ in range(5):
        with connect(server) as sock:
            sock.sendall(ASK)
    time.sleep(72_000)

    assert clock.now() == 72_000


def test_each_callers_lane_is_known_from_its_connection(server: LoopbackServer, clock: VirtualClock) -> None:
    lanes: list[int | None] = []

    def note(request: WireRequest) -> WireReply:
        lanes.append(request.lane)
        return WireReply()

    server.attach(note)
    with connect(server) as sock:
        for number in (None, 1, 7, 3):
            with inflight.on_behalf_of(number):
                sock.sendall(ASK)
                sock.recv(1000)

    assert lanes == [None, 1, 7, 3]


def test_whoever_asks_is_told_when_the_client_sends(server: LoopbackServer, clock: VirtualClock) -> None:
    told: list[str] = []

    def note() -> None:
        told.append(threading.current_thread().name)

    inflight.on_send.append(note)
    try:
        with connect(server) as sock:
            sock.sendall(ASK)
            sock.recv(1000)
        left, right = socket.socketpair()
        with left, right:
            left.sendall(b"to no server")
    finally:
        inflight.on_send.remove(note)

    assert told == [threading.current_thread().name]


def test_a_request_from_another_process_casts_doubt(server: LoopbackServer, doubtful: VirtualClock) -> None:
    """Its waits cannot be seen. What the client's own helpers do without asking the gateway is no matter."""
    import subprocess

    port = server.root_url.rpartition(":")[2]
    script = f"import socket; s = socket.create_connection(('127.0.0.1', {port})); s.sendall({ASK!r}); s.recv(1000)"

    subprocess.run([sys.executable, "-S", "-c", "pass"], check=True)
    assert not doubtful.doubts
    subprocess.run([sys.executable, "-S", "-c", script], check=True)
    assert doubtful.doubts == (
        "another process sent a request, and the virtual clock cannot see how it waits; use --ominigate-clock=real",
    )


def test_a_new_connection_from_an_old_address_is_counted_afresh(server: LoopbackServer, clock: VirtualClock) -> None:
    address = ("127.0.0.1", 0)
    for _ in range(2):
        with socket.socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # the port is free again at once
            sock.bind(address)
            address = sock.getsockname()
            sock.connect(("127.0.0.1", int(server.root_url.rpartition(":")[2])))
            sock.settimeout(1e-6)
            sock.sendall(ASK)

            assert sock.recv(1000).endswith(b"pong")
    time.sleep(10)

    assert clock.now() == 10


def test_a_duplicate_of_a_socket_is_the_same_connection(server: LoopbackServer, clock: VirtualClock) -> None:
    with connect(server, timeout=1) as sock, sock.dup() as other:
        other.settimeout(1)
        for _ in range(50):
            sock.sendall(ASK)
            assert other.recv(1000).endswith(b"pong")
            other.sendall(ASK)
            assert sock.recv(1000).endswith(b"pong")

    assert clock.now() == 0
