"""Whether time was up for a client shows in its timeline: by name alone every error could be a timeout."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from pytest_ominigate.catalogue import load
from pytest_ominigate.collection import scenarios
from pytest_ominigate.timeline import Wait
from pytest_ominigate.transports import make_transport
from pytest_ominigate.trial import Ominigate, Settings
from pytest_ominigate.trial.own_time import can_be_up, was_up

from ..rules.timelines import HTML, OK, RESET, Steps, error, trial

CATALOGUE = load()
UPSTREAM = error("upstream_failed")


@pytest.mark.parametrize(
    ("steps", "idle", "expected"),
    [
        pytest.param([], 0.0, True, id="nothing was sent"),
        pytest.param([(0, error("expired_api_key"))], 0.5, True, id="time has passed since"),
        pytest.param([(0, error("expired_api_key"))], 0.0, False, id="nothing to wait for"),
        pytest.param([(0, error("image_generation_timeout"))], 0.0, False, id="not to be sent again"),
        pytest.param([(0, UPSTREAM)], 0.0, False, id="at the first failure"),
        pytest.param([(0, OK), (9, UPSTREAM)], 0.0, False, id="at the first failure, after a success"),
        pytest.param([(0, HTML)], 0.0, False, id="at the first failure without a code"),
        pytest.param([(0, RESET), (1, RESET)], 0.0, True, id="the next wait foreseen"),
        pytest.param([(0, UPSTREAM), (1, UPSTREAM)], 0.0, True, id="the next wait of a code foreseen"),
        pytest.param([(0, error("rate_limited", after=20))], 0.0, True, id="Retry-After foreseen"),
        pytest.param([(0, error("key_daily_limit", resets_in=3600))], 0.0, True, id="the reset foreseen"),
        pytest.param([(0, OK)], 0.0, True, id="after a success"),
    ],
)
def test_a_deadline_needs_time_that_has_passed_or_is_to_pass(steps: Steps, idle: float, expected: bool) -> None:
    assert can_be_up(trial(steps, ending=(), idle=idle).timeline, CATALOGUE) is expected


@pytest.mark.parametrize(
    ("steps", "waits", "idle", "expected"),
    [
        pytest.param(
            [(0, error("rate_limited", after=3600))], [(0, 3600)], 300, True, id="in the middle of Retry-After"
        ),
        pytest.param([(0, UPSTREAM), (1, UPSTREAM)], [(0, 1), (1, 2)], 1.5, True, id="in the middle of the backoff"),
        pytest.param([(0, UPSTREAM)], [(0, 1), (1, 1)], 1.5, True, id="in the middle of a wait in parts"),
        pytest.param([(0, UPSTREAM), (1, UPSTREAM)], [(0, 1), (1, 2)], 2, False, id="after the wait"),
        pytest.param([(0, UPSTREAM)], [(0, 60)], 0.0, False, id="at once, while something else waits"),
        pytest.param([(5, UPSTREAM)], [(0, 60)], 1.0, False, id="while something else has been waiting"),
        pytest.param([(0, error("expired_api_key"))], [(0, 60)], 1.0, False, id="with nothing to wait for"),
        pytest.param([(0, OK)], [(0, 60)], 1.0, False, id="after a success"),
        pytest.param([], [(0, 60)], 1.0, False, id="nothing was sent"),
    ],
)
def test_a_call_that_ends_in_the_middle_of_its_own_wait_was_cut_off(
    steps: Steps, waits: list[tuple[float, float]], idle: float, expected: bool
) -> None:
    made = [Wait(at=at, seconds=seconds, how="time.sleep") for at, seconds in waits]

    assert was_up(trial(steps, ending=(), waits=made, idle=idle).timeline, CATALOGUE) is expected


@pytest.fixture
def ominigate() -> Iterator[Ominigate]:
    with make_transport("loopback") as transport, Ominigate(transport=transport, settings=Settings()) as ominigate:
        yield ominigate


def test_an_error_passed_on_as_a_timeout_is_judged_like_any_other(ominigate: Ominigate) -> None:
    def ask() -> object:
        body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "ping"}]}
        headers = {"Authorization": f"Bearer {ominigate.api_key}"}
        reply = requests.post(f"{ominigate.base_url}/chat/completions", json=body, headers=headers, timeout=60)
        if not reply.ok:
            raise TimeoutError("no answer")
        return reply.json()

    (scenario,) = (each for each in scenarios() if (each.operation, each.id) == ("chat", "upstream_failed-status_504"))
    result = ominigate.run_scenario(ask, scenario, nodeid="here")

    assert [violation["rule"] for violation in result["violations"]] == [
        "gave-up-early",
        "lost-code",
        "lost-request-id",
    ]
