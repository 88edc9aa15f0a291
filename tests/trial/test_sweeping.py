"""What a call leaves behind is destroyed between two calls, not in the middle of one."""

from __future__ import annotations

import functools
import gc
import json
import urllib.request
from collections.abc import Callable, Iterator

import pytest

from pytest_ominigate.collection import scenarios
from pytest_ominigate.transports import make_transport
from pytest_ominigate.trial import Ominigate, Settings
from pytest_ominigate.trial.sweeping import Sweeper

CHAT = json.dumps({"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "ping"}]}).encode()


@pytest.fixture
def ominigate() -> Iterator[Ominigate]:
    with make_transport("loopback") as transport, Ominigate(transport=transport, settings=Settings()) as ominigate:
        yield ominigate


class Session:
    """Goes away only when garbage is collected, and says so."""

    def __init__(self, said: Callable[[str], None]) -> None:
        self.itself = self
        self.said = said

    def __del__(self) -> None:
        self.said("destroyed")


def test_what_a_call_leaves_behind_is_destroyed_before_the_next(ominigate: Ominigate) -> None:
    said: list[str] = []

    def chat() -> str:
        Session(said.append)
        said.append("called")
        headers = {"Authorization": f"Bearer {ominigate.api_key}", "Content-Type": "application/json"}
        request = urllib.request.Request(ominigate.base_url + "/chat/completions", CHAT, headers)
        with urllib.request.urlopen(request) as response:
            answer = json.load(response)["choices"][0]["message"]["content"]
        said.append("done")
        return str(answer)

    (healthy,) = (each for each in scenarios() if (each.operation, each.id) == ("chat", "healthy"))
    for number in range(5):
        ominigate.run_scenario(functools.partial(chat), healthy, nodeid=str(number))

    assert said == (["called", "done", "destroyed"] * 5)[:-1]


def test_everything_is_looked_at_once_in_a_while() -> None:
    said: list[str] = []
    sweeper = Sweeper()
    session = Session(said.append)
    gc.collect(1)  # it is no longer young
    del session

    for _ in range(499):
        sweeper.sweep()
    before = list(said)
    sweeper.sweep()

    assert before == []
    assert said == ["destroyed"]


def test_a_user_who_has_turned_the_collector_off_keeps_it_off() -> None:
    said: list[str] = []
    gc.disable()
    try:
        Session(said.append)
        Sweeper().sweep()
        kept = list(said)
    finally:
        gc.enable()
    gc.collect()

    assert kept == []
    assert said == ["destroyed"]
