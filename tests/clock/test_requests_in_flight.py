"""No clock jumps over a request that is under way, whoever serves it."""

from __future__ import annotations

import asyncio
import concurrent.futures
import http.server
import threading
import time
from collections.abc import Iterator
from itertools import pairwise

import aiohttp
import httpx
import pytest
import requests
import trio

from pytest_ominigate.clock import VirtualClock
from pytest_ominigate.gateway import WireReply, WireRequest
from pytest_ominigate.transports.loopback import LoopbackServer


@pytest.fixture
def gateway() -> Iterator[LoopbackServer]:
    with LoopbackServer() as server:
        server.attach(lambda _request: WireReply(status=429, chunks=(b"{}",)))
        yield server


class Own(http.server.BaseHTTPRequestHandler):
    """A server of the user's own, with a thread for each connection."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.path == "/silence":
            self.server.silence.wait()  # type: ignore[attr-defined]
        self.wfile.write(b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 2\r\n\r\n{}")

    def log_message(self, *_arguments: object) -> None:
        """Silent."""


@pytest.fixture
def own() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Own)
    server.silence = threading.Event()  # type: ignore[attr-defined]
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.silence.set()  # type: ignore[attr-defined]
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_blocking_client_sees_exactly_its_own_waits(gateway: LoopbackServer, clock: VirtualClock) -> None:
    moments = []
    with requests.Session() as session:
        for step in range(4):
            session.post(gateway.base_url, json={}, timeout=30)
            moments.append(clock.now())
            time.sleep(2**step)

    assert moments == [0, 1, 3, 7]


def test_an_async_clients_timeout_does_not_fire_while_an_answer_is_under_way(
    gateway: LoopbackServer, clock: VirtualClock
) -> None:
    async def main() -> list[float]:
        moments = []
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=300)) as session:
            for step in range(4):
                async with session.post(gateway.base_url, json={}) as response:
                    await response.read()
                moments.append(clock.now())
                await asyncio.sleep(2**step)
        return moments

    assert asyncio.run(main()) == pytest.approx([0, 1, 3, 7], abs=1e-6)


def test_a_trio_client_sees_exactly_its_own_waits(gateway: LoopbackServer, clock: VirtualClock) -> None:
    async def main() -> list[float]:
        moments = []
        async with httpx.AsyncClient(timeout=300) as client:
            for step in range(3):
                await client.post(gateway.base_url, json={})
                moments.append(clock.now())
                await trio.sleep(2**step)
        return moments

    assert trio.run(main) == pytest.approx([0, 1, 3], abs=1e-6)


def test_a_deadline_round_a_retry_loop_fires_when_it_should(gateway: LoopbackServer, clock: VirtualClock) -> None:
    async def main() -> None:
        async with httpx.AsyncClient(timeout=300) as client, asyncio.timeout(5):
            delay = 1
            while (await client.post(gateway.base_url, json={})).status_code != 200:
                await asyncio.sleep(delay)
                delay *= 2

    with pytest.raises(TimeoutError):
        asyncio.run(main())

    assert clock.now() == pytest.approx(5, abs=1e-6)


def test_twenty_threads_see_exactly_their_own_waits(gateway: LoopbackServer, clock: VirtualClock) -> None:
    def work(number: int) -> list[float]:
        moments = []
        with requests.Session() as session:
            for step in range(3):
                session.post(gateway.base_url, json={}, timeout=300)
                moments.append(clock.now())
                time.sleep(2**step + number / 64)
        return [after - before for before, after in pairwise(moments)]

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        results = list(pool.map(work, range(20)))

    assert results == [[2**step + number / 64 for step in range(2)] for number in range(20)]


def test_a_server_of_the_users_own_is_known_too(own: str, clock: VirtualClock) -> None:
    moments = []
    with requests.Session() as session:
        for step in range(3):
            session.post(own, json={}, timeout=30)
            moments.append(clock.now())
            time.sleep(2**step)

    assert moments == [0, 1, 3]


def test_a_read_timeout_fires_where_no_answer_ever_comes(own: str, clock: VirtualClock) -> None:
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.post(f"{own}/silence", timeout=300)

    assert clock.now() == 300


def test_the_loopback_answers_in_the_lane_of_the_caller(gateway: LoopbackServer, clock: VirtualClock) -> None:
    from pytest_ominigate.clock import lane

    seen: list[int] = []

    def answer(request: WireRequest) -> WireReply:
        seen.append(request.lane)
        return WireReply(chunks=(b"{}",))

    gateway.attach(answer)
    for number in (1, 2, 3):
        lane.set(number)
        requests.post(gateway.base_url, json={}, timeout=30)
    lane.set(1)

    assert seen == [1, 2, 3]
