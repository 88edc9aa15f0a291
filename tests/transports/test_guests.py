"""The loopback server while a clock runs: it answers in the thread of whoever sends, and needs none of its own."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import aiohttp
import httpx
import pytest
import requests

from pytest_ominigate.clock import VirtualClock, hosts, installed
from pytest_ominigate.gateway.wire import WireReply, WireRequest
from pytest_ominigate.transports.loopback import LoopbackServer

from .bare import ASK, PONG, connected, open_files

LONG = b"x" * 8_000_000
SEND, RECEIVE = socket.SocketType.send, socket.SocketType.recv
"""What a client written in C does: nobody sees it."""


class Answers:
    """Answers, and notes in which thread."""

    def __init__(self) -> None:
        self.threads: list[str] = []
        self.error: BaseException | None = None

    def __call__(self, request: WireRequest) -> WireReply:
        self.threads.append(threading.current_thread().name)
        if self.error is not None:
            error, self.error = self.error, None
            raise error
        return WireReply(chunks=(LONG if request.target.endswith("long") else PONG,))


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def server(answers: Answers) -> Iterator[LoopbackServer]:
    """A server that is started while somebody looks after it."""
    with installed(), LoopbackServer() as server:
        server.attach(answers)
        yield server
        assert server.errors == []


@pytest.fixture
def clock(server: LoopbackServer) -> Iterator[VirtualClock]:
    with VirtualClock() as clock:
        yield clock
    assert clock.doubts == ()


def threads() -> set[str]:
    return {thread.name for thread in threading.enumerate()}


def here() -> str:
    return threading.current_thread().name


def read_whole(sock: socket.socket, size: int) -> int:
    """How much of a reply of at least that size was read."""
    got = 0
    while got < size:
        data = sock.recv(65536)
        assert data
        got += len(data)
    return got


@pytest.mark.parametrize("library", [requests, httpx])
def test_a_client_is_answered_in_its_own_thread_and_no_other_is_there(library, server, clock, answers) -> None:
    before = threads()

    for _ in range(3):
        assert library.post(f"{server.base_url}/chat", json={}).content == PONG

    assert answers.threads == [here()] * 3
    assert threads() == before
    assert "ominigate-loopback" not in before


async def ask_with_aiohttp(url: str) -> bytes:
    async with aiohttp.ClientSession() as session, session.post(url, json={}) as reply:
        return await reply.read()


def test_an_event_loop_is_answered_in_its_own_thread(server, clock, answers) -> None:
    async def ask() -> list[bytes]:
        return await asyncio.gather(*(ask_with_aiohttp(f"{server.base_url}/chat") for _ in range(20)))

    assert asyncio.run(ask()) == [PONG] * 20
    assert answers.threads == [here()] * 20


def test_each_of_several_threads_is_answered_in_its_own(server, clock, answers) -> None:
    def ask(_: int) -> str:
        with connected(server) as sock:
            for _ in range(10):
                sock.sendall(ASK)
                assert sock.recv(1000).endswith(PONG)
        return here()

    with ThreadPoolExecutor(16) as pool:
        asking = set(pool.map(ask, range(100)))

    assert len(answers.threads) == 1000
    assert set(answers.threads) <= asking
    assert clock.now() == 0


@pytest.mark.parametrize("size", [hosts.LARGEST_AT_ONCE - 1, hosts.LARGEST_AT_ONCE + 1, 10_000_000])
def test_an_upload_of_any_size_arrives_in_no_time(size: int, server, clock) -> None:
    seen: list[int] = []
    server.attach(lambda request: seen.append(len(request.body)) or WireReply(chunks=(PONG,)))

    assert requests.post(f"{server.base_url}/chat", data=b"x" * size, timeout=30).content == PONG

    assert seen == [size]
    assert clock.now() == 0


def test_a_reply_longer_than_the_system_takes_arrives_in_no_time(server, clock) -> None:
    with connected(server) as sock:
        for _ in range(3):
            sock.sendall(ASK.replace(b"/chat", b"/long"))
            read_whole(sock, len(LONG))
            sock.sendall(ASK)
            assert sock.recv(1000)

    assert clock.now() == 0


def test_what_is_sent_past_the_hooks_is_answered_before_any_time_passes(server, clock) -> None:
    with connected(server) as sock:
        sock.sendall(ASK)
        sock.recv(1000)
        for _ in range(3):
            os.write(sock.fileno(), ASK)

            assert sock.recv(1000).endswith(PONG)

    assert clock.now() == 0


def test_a_client_that_nobody_sees_is_answered_by_a_thread_that_is_started_then(server, clock, answers) -> None:
    with socket.socket() as sock:
        socket.SocketType.connect(sock, ("127.0.0.1", int(server.root_url.rpartition(":")[2])))
        for _ in range(3):
            SEND(sock, ASK)
            assert RECEIVE(sock, 1000).endswith(PONG)

    assert answers.threads == ["ominigate-loopback"] * 3
    assert "ominigate-loopback" in threads()
    server.stop()
    assert "ominigate-loopback" not in threads()


def test_before_and_after_a_clock_the_thread_answers(server, answers) -> None:
    with requests.Session() as session:
        for _ in range(2):
            assert session.post(f"{server.base_url}/chat", timeout=30).content == PONG
            with VirtualClock():
                assert session.post(f"{server.base_url}/chat", timeout=30).content == PONG
        assert session.post(f"{server.base_url}/chat", timeout=30).content == PONG

    assert answers.threads == ["ominigate-loopback", here()] * 2 + ["ominigate-loopback"]


def test_a_server_that_nobody_looks_after_any_more_gets_its_thread(answers) -> None:
    with installed():
        server = LoopbackServer()
        server.start()
        assert "ominigate-loopback" not in threads()
    with server:
        assert "ominigate-loopback" in threads()
        server.attach(answers)
        assert requests.post(f"{server.base_url}/chat", timeout=30).content == PONG
    assert "ominigate-loopback" not in threads()


def test_connections_that_were_closed_leave_no_file_open(server, clock) -> None:
    most = 0
    before = open_files()
    for _ in range(200):
        with connected(server) as sock:
            sock.sendall(ASK)
            sock.recv(1000)
        most = max(most, open_files())

    assert most <= before + 3


def test_a_client_that_leaves_after_the_clock_has_stopped_needs_no_thread(server) -> None:
    with VirtualClock(), requests.Session() as session:
        session.post(f"{server.base_url}/chat", timeout=30)
    with requests.Session() as session:
        with VirtualClock():
            session.post(f"{server.base_url}/chat", timeout=30)
        session.close()
        server.rouse()

        assert "ominigate-loopback" not in threads()


def test_a_client_that_has_said_all_gets_the_whole_of_a_long_reply(server, clock) -> None:
    with connected(server) as sock:
        sock.sendall(ASK.replace(b"/chat", b"/long"))
        sock.shutdown(socket.SHUT_WR)
        server.rouse()

        assert read_whole(sock, len(LONG)) > len(LONG)


def test_an_interrupt_amid_an_answer_strikes_the_client_and_the_server_serves_on(server, clock, answers) -> None:
    answers.error = KeyboardInterrupt()
    with connected(server) as sock, pytest.raises(KeyboardInterrupt):
        sock.sendall(ASK)

    assert requests.post(f"{server.base_url}/chat", timeout=30).content == PONG
    assert server.errors == []


def test_a_failure_of_the_harness_is_none_of_the_clients(server, clock, answers) -> None:
    answers.error = KeyError("odd")

    assert requests.post(f"{server.base_url}/chat", timeout=30).status_code == 500

    assert [type(error) for error in server.errors] == [KeyError]
    server.errors.clear()


def test_a_client_that_asks_again_while_it_is_answered_is_answered_too(server, clock) -> None:
    """As one does in the handler of a signal."""

    def answer(request: WireRequest) -> WireReply:
        if request.target.endswith("inner"):
            return WireReply(chunks=(PONG,))
        return WireReply(chunks=(requests.post(f"{server.base_url}/inner", timeout=30).content,))

    server.attach(answer)

    assert requests.post(f"{server.base_url}/chat", timeout=30).content == PONG


def test_it_settles_in_the_calling_thread_what_was_sent_past_the_hooks(server, clock, answers) -> None:
    for _ in range(20):
        with connected(server) as sock:
            os.write(sock.fileno(), ASK)
    server.settle()

    assert len(answers.threads) == 20


def test_a_server_can_be_stopped_under_its_clients(server, clock) -> None:
    with connected(server) as sock:
        sock.sendall(ASK)
        sock.recv(1000)
        server.stop()

        assert sock.recv(1000) == b""
        sock.sendall(ASK)
        with pytest.raises(ConnectionError):
            sock.sendall(ASK)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no system of the kind that copies processes")
def test_a_copy_of_the_process_that_stops_the_server_leaves_the_original_alone(server, clock) -> None:
    with requests.Session() as session:
        assert session.post(f"{server.base_url}/chat", timeout=30).content == PONG
        copy = os.fork()
        if not copy:
            server.stop()
            os._exit(0)
        os.waitpid(copy, 0)

        assert session.post(f"{server.base_url}/chat", timeout=30).content == PONG
