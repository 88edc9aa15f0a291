"""Clients of servers that run in threads of the same process, be they older than the clock or younger."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import aiohttp
import httpx
import pytest
import requests
import trio

from pytest_ominigate.clock import VirtualClock

from .servers import HANG, LIMITED, Gate, LoopServer, ThreadedServer

SERVERS: dict[str, Any] = {"threads": ThreadedServer, "loop": LoopServer}


@pytest.fixture(params=[f"{kind}-{age}" for kind in SERVERS for age in ("older", "younger")])
def served(request: pytest.FixtureRequest) -> Iterator[tuple[VirtualClock, Any]]:
    """A clock, and a server that was started before it or after."""
    kind, _, age = request.param.partition("-")
    server = SERVERS[kind]()
    clock = VirtualClock()
    if age == "older":
        with server.running(), clock:
            yield clock, server
    else:
        with clock, server.running():
            yield clock, server
    assert clock.doubts == ()


def test_a_blocking_clients_backoff_is_exact(served: tuple[VirtualClock, Any]) -> None:
    clock, server = served
    server.answer = gate = Gate(clock.now, *[LIMITED] * 4)
    with requests.Session() as session:
        delay = 1
        while session.post(server.url, json={}, timeout=300).status_code != 200:
            time.sleep(delay)
            delay *= 2

    assert gate.gaps == [1, 2, 4, 8]
    assert clock.now() == 15


def test_an_asyncio_clients_backoff_is_exact(served: tuple[VirtualClock, Any]) -> None:
    clock, server = served
    server.answer = gate = Gate(clock.now, *[LIMITED] * 4)

    async def main() -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=300)) as session:
            for delay in (1, 2, 4, 8, 0):
                async with session.post(server.url, json={}) as reply:
                    await reply.read()
                await asyncio.sleep(delay)

    asyncio.run(main())

    assert gate.gaps == [1, 2, 4, 8]


def test_a_trio_clients_backoff_is_exact(served: tuple[VirtualClock, Any]) -> None:
    clock, server = served
    server.answer = gate = Gate(clock.now, *[LIMITED] * 4)

    async def main() -> None:
        async with httpx.AsyncClient(timeout=300, verify=False) as client:
            for delay in (1, 2, 4, 8, 0):
                await client.post(server.url)
                await trio.sleep(delay)

    trio.run(main)

    assert gate.gaps == [1, 2, 4, 8]


def test_a_server_that_never_answers_costs_the_whole_read_timeout(served: tuple[VirtualClock, Any]) -> None:
    clock, server = served
    server.answer = lambda: HANG

    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.post(server.url, timeout=300)
    assert clock.now() == 300


def test_an_asyncio_client_gives_up_on_it_at_its_own_deadline(served: tuple[VirtualClock, Any]) -> None:
    clock, server = served
    server.answer = lambda: HANG

    async def main() -> None:
        async with httpx.AsyncClient(timeout=300, verify=False) as client:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(5):
                    await client.post(server.url)

    asyncio.run(main())

    assert clock.now() == 5


def test_an_answer_is_not_late_however_soon_the_clients_time_is_up(served: tuple[VirtualClock, Any]) -> None:
    """No jump over an answer in flight: with a nanosecond to spare, it is in time."""
    clock, server = served
    with requests.Session() as session:
        for _ in range(30):
            assert session.post(server.url, timeout=1e-6).status_code == 200

    assert clock.now() == 0


def test_twenty_threads_keep_every_wait_exact(served: tuple[VirtualClock, Any]) -> None:
    clock, server = served

    def client(number: int) -> list[float]:
        arrivals = []
        with requests.Session() as session:
            for attempt in range(3):
                session.post(server.url, json={}, timeout=300)
                arrivals.append(clock.now())
                time.sleep(2**attempt + number / 100)
        return [round(after - before, 9) for before, after in pairwise(arrivals)]

    with ThreadPoolExecutor(20) as pool:
        gaps = list(pool.map(client, range(20)))

    assert gaps == [[round(2**attempt + number / 100, 9) for attempt in range(2)] for number in range(20)]


def test_twenty_tasks_keep_every_wait_exact(served: tuple[VirtualClock, Any]) -> None:
    clock, server = served

    async def caller(client: httpx.AsyncClient, number: int) -> list[float]:
        arrivals = []
        for attempt in range(3):
            await client.post(server.url, json={})
            arrivals.append(clock.now())
            await asyncio.sleep(2**attempt + number / 100)
        return [round(after - before, 9) for before, after in pairwise(arrivals)]

    async def main() -> list[list[float]]:
        async with httpx.AsyncClient(timeout=300, verify=False) as client:
            return await asyncio.gather(*(caller(client, number) for number in range(20)))

    gaps = asyncio.run(main())

    assert gaps == [[round(2**attempt + number / 100, 9) for attempt in range(2)] for number in range(20)]


@pytest.mark.parametrize("age", ["older", "younger"])
def test_a_server_that_takes_its_time_takes_virtual_time(age: str) -> None:
    server = ThreadedServer()
    clock = VirtualClock()

    def slow() -> Any:
        time.sleep(20)
        return LIMITED

    server.answer = slow
    first, second = (server.running(), clock) if age == "older" else (clock, server.running())
    with first, second:
        assert requests.post(server.url, timeout=30).status_code == 429
        assert clock.now() == 20
        with pytest.raises(requests.exceptions.ReadTimeout):
            requests.post(server.url, timeout=10)
        assert clock.now() == 30
