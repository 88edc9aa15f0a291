"""Reads from sockets with a time limit, and waits for several of them."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from pytest_ominigate.clock import VirtualClock


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def send_later(seconds: float, sock: socket.socket, data: bytes) -> threading.Thread:
    def run() -> None:
        time.sleep(seconds)
        sock.sendall(data)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_a_read_takes_its_whole_time_if_nothing_comes(
    clock: VirtualClock, pair: tuple[socket.socket, socket.socket]
) -> None:
    ours, _ = pair
    ours.settimeout(300)
    with pytest.raises(TimeoutError, match="timed out"):
        ours.recv(100)
    with pytest.raises(TimeoutError, match="timed out"):
        ours.recv_into(bytearray(8), nbytes=4)
    with pytest.raises(TimeoutError):
        ours.makefile("rb").read(1)

    assert clock.now() == 900


@pytest.mark.parametrize("timeout", [60, None])
def test_what_comes_ends_a_read_at_its_time(
    clock: VirtualClock, pair: tuple[socket.socket, socket.socket], timeout: float | None
) -> None:
    ours, theirs = pair
    ours.settimeout(timeout)
    sender = send_later(5, theirs, b"pong")

    assert ours.recv(100) == b"pong"
    assert clock.now() == 5
    sender.join()


def test_the_end_of_the_connection_ends_a_read(clock: VirtualClock, pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    ours.settimeout(60)
    closer = threading.Timer(5, theirs.close)
    closer.start()

    assert ours.recv(100) == b""
    assert clock.now() == 5
    closer.join()


def test_a_read_without_waiting_is_what_it_always_was(
    clock: VirtualClock, pair: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = pair
    ours.setblocking(False)
    with pytest.raises(BlockingIOError):
        ours.recv(1)
    theirs.sendmsg(iter([b"po", b"ng"]))
    buffer = bytearray(8)

    assert (ours.recv_into(buffer, nbytes=4), bytes(buffer[:4])) == (4, b"pong")
    assert clock.now() == 0


@pytest.mark.parametrize("data", ["text", None])
def test_what_cannot_be_sent_is_refused_as_ever(
    clock: VirtualClock, pair: tuple[socket.socket, socket.socket], data: object
) -> None:
    with pytest.raises(TypeError, match="bytes-like object is required"):
        pair[0].send(data)  # type: ignore[arg-type]


def test_select_takes_its_whole_time_if_nothing_is_ready(
    clock: VirtualClock, pair: tuple[socket.socket, socket.socket]
) -> None:
    assert select.select([pair[0]], [], [pair[0]], 3600) == ([], [], [])
    assert select.select([], [], [], 5) == ([], [], [])
    assert clock.now() == 3605


def test_select_tells_what_is_ready(clock: VirtualClock, pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    assert select.select([ours], iter([theirs]), [], 3600) == ([], [theirs], [])
    sender = send_later(5, theirs, b"pong")

    assert select.select([ours.fileno()], [], [], 3600) == ([ours.fileno()], [], [])
    assert clock.now() == 5
    sender.join()


def test_select_without_waiting_or_with_nonsense_is_what_it_always_was(clock: VirtualClock) -> None:
    assert select.select([], [], [], 0) == ([], [], [])
    with pytest.raises(ValueError, match="non-negative"):
        select.select([], [], [], -1)
    assert clock.now() == 0


def test_two_threads_may_wait_for_one_another_over_a_socket(
    clock: VirtualClock, pair: tuple[socket.socket, socket.socket]
) -> None:
    """Each answers a second after it was asked; the time limits are never reached."""
    moves: list[float] = []

    def play(sock: socket.socket, *, serves: bool) -> None:
        sock.settimeout(1.5)
        for _ in range(10):
            if serves:
                time.sleep(1)
                sock.sendall(b".")
            sock.recv(1)
            moves.append(clock.now())
            if not serves:
                time.sleep(1)
                sock.sendall(b".")

    players = [threading.Thread(target=play, args=(sock,), kwargs={"serves": sock is pair[0]}) for sock in pair]
    for player in players:
        player.start()
    for player in players:
        player.join()

    assert moves == list(range(1, 21))
