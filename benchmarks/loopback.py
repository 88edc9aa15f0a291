"""What a request through the loopback gateway costs, against a bare asyncio server that parses nothing.

Run it from the repository: ``python benchmarks/loopback.py [requests a round]``. Wall and processor time are given in
microseconds a request, client and server together: the best of several rounds, the two servers taking turns.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import aiohttp
import httpx
import httpx2
import requests

from pytest_ominigate.gateway.wire import WireReply
from pytest_ominigate.transports.loopback import LoopbackServer

ROUNDS = 9
QUESTION = b'{"model": "openai/gpt-5", "messages": [{"role": "user", "content": "ping"}]}'
ANSWER = b'{"choices": [{"message": {"role": "assistant", "content": "pong"}}]}'
HEADERS = (("Content-Type", "application/json"), ("X-Request-Id", "req_0001"))
GOAL = 1.3

Rounds = Callable[[str, int], None]


class Bare(asyncio.Protocol):
    """Sends the same bytes whenever anything comes in."""

    reply = (
        "HTTP/1.1 200 OK\r\n"
        + "".join(f"{name}: {value}\r\n" for name, value in (*HEADERS, ("Content-Length", len(ANSWER))))
        + "\r\n"
    ).encode() + ANSWER

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport = transport
        self.asked = b""

    def data_received(self, data: bytes) -> None:
        """Answer once the body has ended."""
        self.asked += data
        if self.asked.endswith(QUESTION):
            self.asked = b""
            self.transport.write(self.reply)  # type: ignore[attr-defined]


@contextmanager
def bare_server() -> Iterator[str]:
    """The server to compare with, in a thread of its own."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(loop.create_server(Bare, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        loop.close()


@contextmanager
def loopback_server() -> Iterator[str]:
    """The server under test, with a handler that does next to nothing."""
    reply = WireReply(headers=HEADERS, chunks=(ANSWER,))

    with LoopbackServer() as server:
        server.attach(lambda _: reply)
        yield server.base_url


def with_requests(url: str, count: int) -> None:
    """Ask in a row with a requests session."""
    with requests.Session() as session:
        for _ in range(count):
            session.post(url, data=QUESTION)


def with_httpx(url: str, count: int) -> None:
    """Ask in a row with an httpx client."""
    with httpx.Client() as client:
        for _ in range(count):
            client.post(url, content=QUESTION)


def with_httpx2(url: str, count: int) -> None:
    """Ask in a row with an httpx2 client."""
    with httpx2.Client() as client:
        for _ in range(count):
            client.post(url, content=QUESTION)


def with_aiohttp(url: str, count: int) -> None:
    """Ask in a row with an aiohttp session."""

    async def run() -> None:
        async with aiohttp.ClientSession() as session:
            for _ in range(count):
                async with session.post(url, data=QUESTION) as reply:
                    await reply.read()

    asyncio.run(run())


def measure(run: Rounds, url: str, count: int) -> tuple[float, float]:
    """Wall and processor time of one round, in microseconds a request."""
    wall, used = time.perf_counter(), time.process_time()
    run(url, count)
    return (time.perf_counter() - wall) / count * 1e6, (time.process_time() - used) / count * 1e6


def ratios(count: int = 500) -> dict[str, float]:
    """Measure and print; what a request costs with each client, in times of what it costs with the bare server."""
    found = {}
    columns = f"{'bare':>8}{'ours':>8}{'ratio':>7}"
    print(f"{'':10}{'wall':>23}   {'processor':>23}")
    print(f"{'client':10}{columns}   {columns}{'more':>7}")
    with bare_server() as bare, loopback_server() as ours:
        for name, run in (
            ("requests", with_requests),
            ("httpx", with_httpx),
            ("httpx2", with_httpx2),
            ("aiohttp", with_aiohttp),
        ):
            rounds = [(measure(run, f"{bare}/chat", count), measure(run, f"{ours}/chat", count)) for _ in range(ROUNDS)]
            (bare_wall, ours_wall), (bare_cpu, ours_cpu) = (
                [min(round_[server][kind] for round_ in rounds) for server in (0, 1)] for kind in (0, 1)
            )
            found[name] = ours_wall / bare_wall
            print(
                f"{name:10}{bare_wall:8.0f}{ours_wall:8.0f}{ours_wall / bare_wall:7.2f}   "
                f"{bare_cpu:8.0f}{ours_cpu:8.0f}{ours_cpu / bare_cpu:7.2f}{ours_cpu - bare_cpu:7.0f}"
                f"   {'' if ours_wall <= GOAL * bare_wall else f'wall above {GOAL}'}"
            )
    return found


def main() -> int:
    """Measure and print; 1 if a request costs more than it may."""
    return int(any(ratio > GOAL for ratio in ratios(*map(int, sys.argv[1:])).values()))


if __name__ == "__main__":
    sys.exit(main())
