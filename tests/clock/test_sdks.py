"""Whole clients against the harness's own server: what they wait for between two requests is exact."""

from __future__ import annotations

import asyncio
import email.utils
import json
import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import anthropic
import openai
import pytest
import requests
import trio
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from pytest_ominigate.clock import VirtualClock
from pytest_ominigate.gateway.wire import WireReply, WireRequest
from pytest_ominigate.transports.loopback import LoopbackServer

from .servers import LIMITED, Answered, Gate

QUESTION: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "ping"}]}
CLIENT: dict[str, Any] = {"api_key": "k", "max_retries": 6, "timeout": 300}
LATER: Answered = (429, {"retry-after": "3"}, {})
SOON: Answered = (500, {"retry-after-ms": "1500"}, {})


class Gateway:
    """A clock, and a server whose answers come from a gate."""

    def __init__(self, clock: VirtualClock, server: LoopbackServer) -> None:
        self.clock = clock
        self.url = server.root_url
        self.gate = Gate(clock.now)
        server.attach(self._answer)

    def _answer(self, _: WireRequest) -> WireReply:
        status, headers, body = self.gate()
        headers = {"Content-Type": "application/json", **headers}
        return WireReply(status=status, headers=tuple(headers.items()), chunks=(json.dumps(body).encode(),))


@pytest.fixture
def gateway(clock: VirtualClock) -> Iterator[Gateway]:
    with LoopbackServer() as server:
        yield Gateway(clock, server)


def test_openai_obeys_retry_after_in_all_its_forms(gateway: Gateway) -> None:
    date = email.utils.format_datetime(gateway.clock.wall() + timedelta(seconds=40), usegmt=True)
    gateway.gate.script = [LATER, SOON, (503, {"retry-after": date}, {})]

    with openai.OpenAI(base_url=gateway.url, **CLIENT) as client:
        answer = client.chat.completions.create(**QUESTION)

    assert answer.choices[0].message.content == "pong"
    assert gateway.gate.gaps == [3, 1.5, 40 - 4.5]


def test_openais_own_backoff_is_the_same_in_every_run(gateway: Gateway) -> None:
    runs = []
    with openai.OpenAI(base_url=gateway.url, **CLIENT) as client:
        for _ in range(2):
            random.seed(1)
            gateway.gate.arrivals.clear()
            gateway.gate.script = [LIMITED] * 4
            client.chat.completions.create(**QUESTION)
            runs.append(gateway.gate.gaps)

    assert runs[0] == runs[1]
    assert all(0 < gap <= 8 for gap in runs[0])


def test_openai_in_asyncio(gateway: Gateway) -> None:
    gateway.gate.script = [LATER, SOON]

    async def main() -> None:
        async with openai.AsyncOpenAI(base_url=gateway.url, **CLIENT) as client:
            await client.chat.completions.create(**QUESTION)

    asyncio.run(main())

    assert gateway.gate.gaps == [3, 1.5]


def test_openai_in_asyncio_under_a_deadline_of_the_callers(gateway: Gateway) -> None:
    gateway.gate.script = [LATER] * 9

    async def main() -> None:
        async with openai.AsyncOpenAI(base_url=gateway.url, **CLIENT) as client:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(5):
                    await client.chat.completions.create(**QUESTION)

    asyncio.run(main())

    assert (gateway.gate.gaps, gateway.clock.now()) == ([3], 5)


def test_openai_in_trio(gateway: Gateway) -> None:
    gateway.gate.script = [LATER, SOON]

    async def main() -> None:
        async with openai.AsyncOpenAI(base_url=gateway.url, **CLIENT) as client:
            await client.chat.completions.create(**QUESTION)

    trio.run(main)

    assert gateway.gate.gaps == [3, 1.5]


def test_ten_openai_callers_at_once(gateway: Gateway) -> None:
    gateway.gate.script = [LATER] * 10

    async def main() -> None:
        async with openai.AsyncOpenAI(base_url=gateway.url, **CLIENT) as client:
            await asyncio.gather(*(client.chat.completions.create(**QUESTION) for _ in range(10)))

    asyncio.run(main())

    assert gateway.gate.arrivals == [0] * 10 + [3] * 10


def test_anthropic(gateway: Gateway) -> None:
    gateway.gate.script = [LATER, SOON, LATER]

    with anthropic.Anthropic(base_url=gateway.url, **CLIENT) as client:
        client.messages.create(max_tokens=8, **QUESTION)

    assert gateway.gate.gaps == [3, 1.5, 3]


def test_the_place_of_an_sdks_wait_is_in_the_sdk(gateway: Gateway) -> None:
    gateway.gate.script = [LATER]

    with openai.OpenAI(base_url=gateway.url, **CLIENT) as client:
        client.chat.completions.create(**QUESTION)

    (wait,) = gateway.clock.waits
    assert (wait.seconds, wait.how, wait.layer) == (3, "time.sleep", "openai")


def test_urllib3_with_requests(gateway: Gateway) -> None:
    gateway.gate.script = [LIMITED] * 4
    retry = Retry(total=6, status_forcelist=[429], allowed_methods=None, backoff_factor=1)

    with requests.Session() as session:
        session.mount("http://", HTTPAdapter(max_retries=retry))
        session.post(gateway.url, json={}, timeout=300)

    assert gateway.gate.gaps == [0, 2, 4, 8]
