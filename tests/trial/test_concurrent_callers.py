"""Several callers at once: what each of them sent is told apart, or nobody is accused."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import requests

from pytest_ominigate.clock import VirtualClock, inflight
from pytest_ominigate.collection import scenarios
from pytest_ominigate.gateway import Scenario
from pytest_ominigate.reports.shape import Result
from pytest_ominigate.transports import Transport, make_transport
from pytest_ominigate.trial import Ominigate, Settings

CONCURRENT = next(each for each in scenarios() if (each.operation, each.name) == ("chat", "concurrent"))
EACH_CALLER = list(range(1, CONCURRENT.callers + 1))
UNSEEN = (
    f"it was not seen which of the {CONCURRENT.callers} callers sent each request: nobody sees that on real time, nor "
    "of threads of the client's own, other processes and libraries in C"
)

Asking = Callable[[], str]


@pytest.fixture
def transport() -> Iterator[Transport]:
    with make_transport("loopback") as transport:
        yield transport


def judged(
    transport: Transport,
    client: Callable[[Asking], Any],
    settings: Settings,
    *waits: float,
    scenario: Scenario = CONCURRENT,
) -> Result:
    """What is found about a client that is made of a function which asks, and waits so long between its attempts."""
    with Ominigate(transport=transport, settings=settings) as ominigate:

        def ask() -> str:
            headers = {"Authorization": f"Bearer {ominigate.api_key}"}
            body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "ping"}]}
            for wait in (*waits, None):
                response = requests.post(
                    f"{ominigate.base_url}/chat/completions", json=body, headers=headers, timeout=60
                )
                if response.ok or wait is None:
                    break
                time.sleep(wait)
            if not response.ok:
                raise RuntimeError(f"{response.text} {response.headers['X-Request-Id']}")
            return str(response.json()["choices"][0]["message"]["content"])

        return ominigate.run_scenario(client(ask), scenario, nodeid="here")


def senders(result: Result) -> list[int]:
    return sorted({event["lane"] for event in result["timeline"] if event["event"] == "request"})


def in_the_pool_of_the_loop(ask: Asking) -> Any:
    async def call() -> str:
        return await asyncio.get_running_loop().run_in_executor(None, ask)

    return call


def in_a_thread_with_context(ask: Asking) -> Any:
    async def call() -> str:
        return await asyncio.to_thread(ask)

    return call


def in_a_pool_of_its_own(ask: Asking) -> Any:
    pool = ThreadPoolExecutor(max_workers=8)

    def call() -> str:
        return pool.submit(ask).result()

    call.thread_safe = True  # type: ignore[attr-defined]
    return call


def in_a_thread_each(ask: Asking) -> Any:
    def call() -> str:
        answers: queue.Queue[str] = queue.Queue()
        threading.Thread(target=lambda: answers.put(ask())).start()
        return answers.get()

    call.thread_safe = True  # type: ignore[attr-defined]
    return call


def by_one_task_for_all(ask: Asking) -> Any:
    prompts: list[asyncio.Future[str]] = []
    crew: list[asyncio.Task[None]] = []

    async def work() -> None:
        while prompts:
            prompts.pop(0).set_result(ask())
        crew.clear()

    async def call() -> str:
        prompts.append(asyncio.get_running_loop().create_future())
        waiting = prompts[-1]
        if not crew:
            crew.append(asyncio.create_task(work()))
        return await waiting

    return call


@pytest.mark.parametrize("client", [in_the_pool_of_the_loop, in_a_thread_with_context, in_a_pool_of_its_own])
def test_work_in_a_pool_belongs_to_the_caller_that_handed_it_in(transport: Transport, client: Any) -> None:
    result = judged(transport, client, Settings(), 1.0, 2.1, 4.3)

    assert (result["verdict"], senders(result)) == ("pass", EACH_CALLER)


@pytest.mark.parametrize("client", [in_the_pool_of_the_loop, in_a_thread_with_context, in_a_pool_of_its_own])
def test_a_caller_that_insists_is_found_in_a_pool_too(transport: Transport, client: Any) -> None:
    result = judged(transport, client, Settings(), *[0.2] * 30, scenario=replace(CONCURRENT, callers=2))

    assert result["verdict"] == "fail"
    assert "too-many-attempts" in {violation["rule"] for violation in result["violations"]}


def test_nobody_is_accused_for_threads_of_unknown_callers(transport: Transport) -> None:
    result = judged(transport, in_a_thread_each, Settings(), 1.0, 2.1, 4.3)

    assert (result["verdict"], result["violations"]) == ("inconclusive", [])
    assert [reason.partition(": ")[2] for reason in result["reasons"]] == [UNSEEN]


def test_nobody_is_accused_on_real_time(transport: Transport) -> None:
    result = judged(transport, in_a_thread_with_context, Settings(clock="real"), 0.0, 0.0, 0.0)

    assert (result["verdict"], result["violations"]) == ("inconclusive", [])
    assert [reason.partition(": ")[2] for reason in result["reasons"]] == [UNSEEN]


def test_one_who_sends_for_all_of_them_is_judged_by_what_came_of_it(transport: Transport) -> None:
    result = judged(transport, by_one_task_for_all, Settings(select=frozenset({"too-many-attempts"})), 1.0, 2.1, 4.3)

    assert (result["verdict"], result["reasons"]) == ("pass", [])
    assert len(senders(result)) == 1


def test_a_thread_of_a_pool_works_for_nobody_between_two_jobs() -> None:
    with ThreadPoolExecutor(max_workers=1) as pool, VirtualClock():
        token = inflight.lane.set(3)
        assert pool.submit(inflight.caller).result() == 3
        inflight.lane.reset(token)
        assert pool.submit(inflight.caller).result() is None
