"""Many concurrent callers of one client: each is told twice that it asks too often, and waits for times of its own.

Used by the tests here and, with far more callers, by ``benchmarks/scale.py``.
"""

from __future__ import annotations

import asyncio
import http.client
import itertools
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import httpx
import requests

from pytest_ominigate.gateway import Fault, Scenario
from pytest_ominigate.transports import make_transport
from pytest_ominigate.trial import Ominigate, Settings

QUESTION = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "ping"}]}
REFUSED, GRANTED = 429, 200
Reply = tuple[int, Any]


class Crowd:
    """The callers. The first call is the healthy one, which comes before the crowd's own."""

    def __init__(self, size: int, ominigate: Ominigate) -> None:
        self.size = size
        self.url = f"{ominigate.base_url}/chat/completions"
        self.headers = {"Authorization": f"Bearer {ominigate.api_key}", "Content-Type": "application/json"}
        self.answers: list[str] = []
        self._numbers = itertools.count(-1)

    def waits(self) -> tuple[float, float]:
        """The waits of the next caller."""
        return waits_of(next(self._numbers), self.size)

    def call(self, ask: Callable[[], Reply]) -> str:
        """What one caller does."""
        for wait in self.waits():
            status, body = ask()
            if status == GRANTED:
                return self.take(body)
            time.sleep(wait)
        status, body = ask()
        return self.take(body)

    async def acall(self, ask: Callable[[], Awaitable[Reply]]) -> str:
        """What one caller does in an event loop."""
        for wait in self.waits():
            status, body = await ask()
            if status == GRANTED:
                return self.take(body)
            await asyncio.sleep(wait)
        status, body = await ask()
        return self.take(body)

    def take(self, body: Any) -> str:
        """Keep the answer."""
        answer: str = body["choices"][0]["message"]["content"]
        self.answers.append(answer)
        return answer

    @property
    def complete(self) -> bool:
        """Whether all have their answers."""
        return len(self.answers) == self.size + 1


def waits_of(number: int, size: int) -> tuple[float, float]:
    """One caller's two waits. All of the first ones end before any of the second ones."""
    return 1 + number / size, 10 + number * 7919 % size / size


# The clients


def with_aiohttp(crowd: Crowd) -> Callable[[], object]:
    """All on one session, with as many connections as it likes."""
    sessions: list[aiohttp.ClientSession] = []

    async def ask() -> Reply:
        async with sessions[0].post(crowd.url, json=QUESTION, headers=crowd.headers) as reply:
            return reply.status, await reply.json()

    async def call() -> str:
        if not sessions:
            sessions.append(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        answer = await crowd.acall(ask)
        if crowd.complete:
            await sessions[0].close()
        return answer

    return call


def with_httpx(crowd: Crowd) -> Callable[[], object]:
    """All on one client, with a hundred connections for which they queue up."""
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=100)
    client = httpx.AsyncClient(limits=limits, timeout=None, trust_env=False)

    async def ask() -> Reply:
        reply = await client.post(crowd.url, json=QUESTION, headers=crowd.headers)
        return reply.status_code, reply.json()

    async def call() -> str:
        answer = await crowd.acall(ask)
        if crowd.complete:
            await client.aclose()
        return answer

    return call


def with_requests(crowd: Crowd) -> Callable[[], object]:
    """A thread for each, all on one session."""
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=crowd.size))

    def ask() -> Reply:
        reply = session.post(crowd.url, json=QUESTION, headers=crowd.headers)
        return reply.status_code, reply.json()

    def call() -> str:
        answer = crowd.call(ask)
        if crowd.complete:
            session.close()
        return answer

    call.thread_safe = True  # type: ignore[attr-defined]
    return call


def with_http_client(crowd: Crowd) -> Callable[[], object]:
    """A thread and a connection for each."""
    address = urlsplit(crowd.url)

    def call() -> str:
        connection = http.client.HTTPConnection(address.netloc)

        def ask() -> Reply:
            connection.request("POST", address.path, json.dumps(QUESTION), crowd.headers)
            reply = connection.getresponse()
            return reply.status, json.loads(reply.read())

        try:
            return crowd.call(ask)
        finally:
            connection.close()

    call.thread_safe = True  # type: ignore[attr-defined]
    return call


# What came of it


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What came of a crowd."""

    verdict: str
    reasons: tuple[str, ...]
    replies: dict[int, int]
    """How many requests met which status."""
    answers: dict[str, int]
    """How many callers were told what."""
    waits: list[tuple[float, ...]]
    """The seconds between the requests of each caller, the shortest first."""
    ended: float
    """The second at which the last caller had its answer."""


def right(size: int) -> Seen:
    """What must come of it."""
    return Seen(
        verdict="pass",
        reasons=(),
        replies={REFUSED: 2 * size, GRANTED: size},
        answers={"returned 'pong'": size},
        waits=sorted(rounded(waits_of(number, size)) for number in range(size)),
        ended=max(round(sum(waits_of(number, size)), 6) for number in range(size)),
    )


def rounded(waits: Iterable[float]) -> tuple[float, ...]:
    """Without what floats add."""
    return tuple(round(wait, 5) for wait in waits)


def see(client: Callable[[Crowd], Callable[[], object]], size: int) -> Seen:
    """Let so many callers loose, in one scenario on a gateway of their own."""
    fault = Fault(code="rate_limited", times=2 * size, on="chat")
    scenario = Scenario(
        operation="chat", name="crowd", code="rate_limited", status=REFUSED, faults=(fault,), callers=size
    )
    settings = Settings(limit=4 * size)
    with make_transport("loopback") as transport, Ominigate(transport=transport, settings=settings) as ominigate:
        result = ominigate.run_scenario(client(Crowd(size, ominigate)), scenario, nodeid="crowd")
    events = result["timeline"]
    sent: dict[int, list[float]] = {}
    for event in events:
        if event["event"] == "request":
            sent.setdefault(event["lane"], []).append(event["at"])
    ends = [event for event in events if event["event"] == "end"]
    return Seen(
        verdict=result["verdict"],
        reasons=tuple(result["reasons"]),
        replies=dict(Counter(event["status"] for event in events if event["event"] == "request")),
        answers=dict(Counter(event["summary"] for event in ends)),
        waits=sorted(rounded(later - earlier for earlier, later in pairwise(moments)) for moments in sent.values()),
        ended=max(end["at"] for end in ends),
    )
