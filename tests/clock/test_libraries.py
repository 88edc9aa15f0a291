"""Retry libraries, blocking and not, without any network."""

from __future__ import annotations

import asyncio
import email.utils
import json
import random
from datetime import timedelta
from typing import Any

import anyio
import backoff
import pytest
import requests
import responses
import stamina
import tenacity
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from pytest_ominigate.clock import VirtualClock

from .servers import LIMITED, OK, Gate

BACKENDS = ["asyncio", "trio"]
ALWAYS = [LIMITED] * 99


def ask(gate: Gate) -> Any:
    answer = gate()
    if answer != OK:
        raise OSError
    return answer


def test_tenacity(clock: VirtualClock) -> None:
    gate = Gate(clock.now, *[LIMITED] * 4)

    tenacity.Retrying(wait=tenacity.wait_exponential(multiplier=1), stop=tenacity.stop_after_delay(100))(ask, gate)

    assert gate.gaps == [1, 2, 4, 8]


def test_tenacitys_time_budget_runs_out(clock: VirtualClock) -> None:
    gate = Gate(clock.now, *ALWAYS)

    with pytest.raises(tenacity.RetryError):
        tenacity.Retrying(wait=tenacity.wait_fixed(10), stop=tenacity.stop_after_delay(65))(ask, gate)

    assert gate.gaps == [10] * 7


def test_tenacitys_sleep_on_an_event(clock: VirtualClock) -> None:
    import threading

    gate = Gate(clock.now, *[LIMITED] * 3)

    tenacity.Retrying(
        wait=tenacity.wait_exponential(multiplier=1), sleep=tenacity.sleep_using_event(threading.Event())
    )(ask, gate)

    assert gate.gaps == [1, 2, 4]


def test_tenacitys_jitter(clock: VirtualClock) -> None:
    random.seed(1)
    gate = Gate(clock.now, *[LIMITED] * 6)

    tenacity.Retrying(wait=tenacity.wait_random_exponential(multiplier=1, max=30))(ask, gate)

    assert len(set(gate.gaps)) == 6
    assert all(0 <= gap <= min(30, 2**number) for number, gap in enumerate(gate.gaps))


@pytest.mark.parametrize("backend", BACKENDS)
def test_tenacity_in_a_loop(clock: VirtualClock, backend: str) -> None:
    gate = Gate(clock.now, *[LIMITED] * 4)

    @tenacity.retry(wait=tenacity.wait_exponential(multiplier=1))
    async def client() -> Any:
        return ask(gate)

    anyio.run(client, backend=backend)

    assert gate.gaps == [1, 2, 4, 8]


@pytest.fixture
def _stamina_is_fresh() -> Any:
    stamina.set_active(True)
    yield
    stamina.set_active(True)


RULES: dict[str, Any] = {
    "on": OSError, "attempts": 9, "wait_initial": 1, "wait_jitter": 0, "wait_max": 60, "timeout": None
}  # fmt: skip


def test_stamina(clock: VirtualClock) -> None:
    gate = Gate(clock.now, *[LIMITED] * 4)

    stamina.retry(**RULES)(ask)(gate)

    assert gate.gaps == [1, 2, 4, 8]


@pytest.mark.parametrize("backend", BACKENDS)
def test_stamina_in_a_loop(clock: VirtualClock, backend: str) -> None:
    gate = Gate(clock.now, *[LIMITED] * 4)

    @stamina.retry(**RULES)
    async def client() -> Any:
        return ask(gate)

    anyio.run(client, backend=backend)

    assert gate.gaps == [1, 2, 4, 8]


def test_backoff(clock: VirtualClock) -> None:
    gate = Gate(clock.now, *[LIMITED] * 4)

    backoff.on_exception(backoff.expo, OSError, jitter=None)(ask)(gate)

    assert gate.gaps == [1, 2, 4, 8]


def test_backoffs_time_budget_runs_out(clock: VirtualClock) -> None:
    """It is reckoned by ``datetime.now()``."""
    gate = Gate(clock.now, *ALWAYS)

    with pytest.raises(OSError):  # noqa: PT011 - the one of ask()
        backoff.on_exception(backoff.constant, OSError, interval=20, jitter=None, max_time=90)(ask)(gate)

    assert gate.gaps == [20, 20, 20, 20, 10]


def test_backoff_in_a_loop(clock: VirtualClock) -> None:
    gate = Gate(clock.now, *[LIMITED] * 4)

    @backoff.on_exception(backoff.expo, OSError, jitter=None)
    async def client() -> Any:
        return ask(gate)

    asyncio.run(client())

    assert gate.gaps == [1, 2, 4, 8]


class SleepingMock(responses.RequestsMock):
    """Sleeps between retries as urllib3 does; the mock by itself only counts them."""

    def _on_request(self, adapter: Any, request: Any, *, retries: Any = None, **kwargs: Any) -> Any:
        if retries is not None:
            retries.sleep(self.calls[-1].response.raw)  # type: ignore[union-attr]
        return super()._on_request(adapter, request, retries=retries, **kwargs)


def post(gate: Gate, **rules: Any) -> int:
    def answer(_: object) -> Any:
        status, headers, body = gate()
        return status, headers, json.dumps(body)

    retry = Retry(total=6, status_forcelist=[429, 503], allowed_methods=None, **rules)
    with SleepingMock() as mock, requests.Session() as session:
        mock.add_callback("POST", "http://gateway.test/v1", answer)
        session.mount("http://", HTTPAdapter(max_retries=retry))
        return session.post("http://gateway.test/v1", json={}).status_code


def test_urllib3(clock: VirtualClock) -> None:
    gate = Gate(clock.now, *[LIMITED] * 4)

    assert post(gate, backoff_factor=1) == 200
    assert gate.gaps == [0, 2, 4, 8]


def test_urllib3_obeys_retry_after_in_seconds_and_as_a_date(clock: VirtualClock) -> None:
    date = email.utils.format_datetime(clock.wall() + timedelta(hours=20), usegmt=True)
    gate = Gate(clock.now, (429, {"Retry-After": "7"}, {}), (503, {"Retry-After": date}, {}))

    assert post(gate, backoff_factor=1, retry_after_max=10**6) == 200
    assert gate.gaps == [7, 72_000 - 7]
