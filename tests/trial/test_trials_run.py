"""Which trials a scenario consists of, as the client sees them: none that could show nothing more."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import requests

from pytest_ominigate.collection import scenarios
from pytest_ominigate.reports.shape import Result
from pytest_ominigate.transports import make_transport
from pytest_ominigate.trial import Ominigate, Settings


@pytest.fixture
def ominigate() -> Iterator[Ominigate]:
    with make_transport("loopback") as transport, Ominigate(transport=transport, settings=Settings()) as ominigate:
        yield ominigate


class Client:
    """Retries after the statuses it is told; counts the requests of each call."""

    def __init__(self, ominigate: Ominigate, *retried: int) -> None:
        self._ominigate = ominigate
        self._retried = retried
        self.calls: list[list[str]] = []

    def stop_retrying(self) -> None:
        self._retried = ()

    def _post(self, path: str, **body: Any) -> Any:
        headers = {"Authorization": f"Bearer {self._ominigate.api_key}"}
        for attempt in range(3):
            response = requests.post(self._ominigate.base_url + path, json=body, headers=headers, timeout=60)
            self.calls[-1].append(path.rpartition("/")[2])
            if response.status_code not in self._retried:
                break
            time.sleep(2**attempt)
        if not response.ok:
            raise RuntimeError(f"{json.loads(response.content)['error']} {dict(response.headers)}")
        return response.json()

    def chat(self) -> str:
        self.calls.append([])
        messages = [{"role": "user", "content": "ping"}]
        answer = self._post("/chat/completions", model="openai/gpt-4o", messages=messages)
        return str(answer["choices"][0]["message"]["content"])

    def video(self) -> str:
        self.calls.append([])
        task = self._post("/videos/google/create", model="google/veo-2", prompt="waves")["task_id"]
        while self._post("/videos/google/status", task_id=task)["status"] != "completed":
            time.sleep(2)
        return str(self._post("/videos/google/result", task_id=task)["url"])


def run(ominigate: Ominigate, call: Any, operation: str, name: str) -> Result:
    (scenario,) = (each for each in scenarios() if (each.operation, each.id) == (operation, name))
    return ominigate.run_scenario(call, scenario, nodeid="here")


def test_a_client_that_does_its_duty_under_one_status_is_not_tried_under_the_other(ominigate: Ominigate) -> None:
    client = Client(ominigate)

    assert run(ominigate, client.chat, "chat", "key_daily_limit-persists")["verdict"] == "pass"
    assert client.calls == [["completions"]] * 2  # a healthy call, and the trial


def test_one_that_does_not_is_tried_under_both(ominigate: Ominigate) -> None:
    client = Client(ominigate, 429)
    result = run(ominigate, client.chat, "chat", "key_daily_limit-persists")

    assert "branched-on-status" in {violation["rule"] for violation in result["violations"]}
    assert client.calls == [["completions"], ["completions"] * 3, ["completions"], ["completions"] * 3]


def test_one_that_has_changed_its_mind_by_itself_did_not_look_at_the_status(ominigate: Ominigate) -> None:
    client = Client(ominigate, 429, 402)

    def ask_until_the_third_call() -> str:
        if len(client.calls) > 1:
            client.stop_retrying()
        return client.chat()

    result = run(ominigate, ask_until_the_third_call, "chat", "key_daily_limit-persists")

    assert [violation["rule"] for violation in result["violations"]] == ["retried-before-reset"]
    assert client.calls == [["completions"], ["completions"] * 3, ["completions"], ["completions"]]


@pytest.mark.parametrize(
    ("name", "polls"),
    [
        ("healthy", [4]),
        ("upstream_failed-create_recovers", [2, 2]),
        ("upstream_failed-result_recovers", [2, 2]),
        ("upstream_failed-status_recovers", [2, 4]),
    ],
)
def test_a_video_is_polled_for_long_only_where_nothing_fails(ominigate: Ominigate, name: str, polls: list[int]) -> None:
    client = Client(ominigate, 502)
    run(ominigate, client.video, "video", name)

    assert [call.count("status") for call in client.calls][: len(polls)] == polls


def test_a_client_that_sends_nothing_because_it_hangs_is_told_so(ominigate: Ominigate) -> None:
    client = Client(ominigate)

    def hang_from_the_second_call_on() -> str:
        if client.calls:
            threading.Event().wait()
        return client.chat()

    result = run(ominigate, hang_from_the_second_call_on, "chat", "invalid_request-persists")

    assert result["verdict"] == "inconclusive"
    assert result["reasons"] == ["the client had to be stopped: it waited for something that never comes"]


class TestOneKnownToBeWell:
    """Another client of the same making has made a healthy call."""

    def result_of(self, ominigate: Ominigate, call: Any, name: str, healthy: Any) -> Result:
        run(ominigate, healthy, "chat", "healthy")
        (scenario,) = (each for each in scenarios() if (each.operation, each.id) == ("chat", name))
        return ominigate.run_scenario(call, scenario, nodeid="here", known=ominigate.health)

    @pytest.mark.parametrize(
        ("name", "calls"),
        [
            ("invalid_request-recovers", 1),
            ("upstream_failed-retry_after_seconds", 1),
            ("some_future_code-unknown_billing_error", 1),
            ("key_daily_limit-status_402", 1),
            ("invalid_request-persists", 2),
            ("html_502", 2),
            ("connection_reset", 2),
        ],
    )
    def test_is_rehearsed_only_where_that_may_change_what_is_seen(
        self, ominigate: Ominigate, name: str, calls: int
    ) -> None:
        other, client = Client(ominigate), Client(ominigate, 502)
        result = self.result_of(ominigate, client.chat, name, other.chat)

        assert result["verdict"] != "inconclusive"
        assert len(client.calls) == calls

    def test_is_rehearsed_where_its_result_is_not_like_a_healthy_one(self, ominigate: Ominigate) -> None:
        other, client = Client(ominigate), Client(ominigate)

        def swallow() -> str:
            try:
                return client.chat()
            except RuntimeError:
                return "no answer today"

        result = self.result_of(ominigate, swallow, "invalid_request-recovers", other.chat)

        assert [violation["rule"] for violation in result["violations"]] == ["swallowed-error"]
        assert len(client.calls) == 3

    def test_is_rehearsed_where_its_trial_is_in_doubt(self, ominigate: Ominigate) -> None:
        other, client = Client(ominigate), Client(ominigate)

        def warm_up() -> str:
            if not client.calls:
                with contextlib.suppress(OSError):
                    socket.create_connection(("api.ominigate.ai", 443))
            return client.chat()

        result = self.result_of(ominigate, warm_up, "invalid_request-recovers", other.chat)

        assert result["verdict"] == "pass"
        assert len(client.calls) == 3

    def test_is_rehearsed_where_it_sends_nothing(self, ominigate: Ominigate) -> None:
        other, client = Client(ominigate), Client(ominigate)
        result = self.result_of(ominigate, lambda: "pong", "invalid_request-recovers", other.chat)

        assert result["verdict"] == "inconclusive"
        assert result["reasons"][0].startswith("the healthy call already fails, so errors cannot be tried: no request")
        assert client.calls == []


def test_each_request_that_a_call_makes_by_itself_has_the_whole_limit(ominigate: Ominigate) -> None:
    sent: list[str] = []

    def ask(question: str) -> None:
        headers = {"Authorization": f"Bearer {ominigate.api_key}"}
        body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": question}]}
        while True:
            sent.append(question)
            if requests.post(f"{ominigate.base_url}/chat/completions", json=body, headers=headers, timeout=60).ok:
                return
            time.sleep(1)

    def call() -> str:
        ask("first")
        ask("second")
        return "done"

    result = run(ominigate, call, "chat", "rate_limited-persists")

    found = {violation["rule"]: violation["observed"] for violation in result["violations"]}
    assert found["endless-retry"] == "still sending at request 100, which met rate_limited"
    assert sent[:2] == ["first", "second"]
    assert set(sent[2:]) == {"first"}


def test_what_a_call_leaves_behind_comes_to_its_end_before_the_next_trial(ominigate: Ominigate) -> None:
    answers: list[tuple[str, int]] = []

    def post(prompt: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {ominigate.api_key}"}
        body = {"model": "openai/gpt-image-1", "prompt": prompt}
        response = requests.post(f"{ominigate.base_url}/images", json=body, headers=headers, timeout=60)
        answers.append((prompt, response.status_code))
        return response

    def later() -> None:
        time.sleep(30)
        post("later")

    def call() -> str:
        threading.Thread(target=later, daemon=True).start()
        response = post("now")
        if not response.ok:
            raise RuntimeError(f"{response.text} {response.headers}")
        return str(response.json()["data"][0]["url"])

    result = run(ominigate, call, "image", "invalid_api_key-recovers")

    assert result["verdict"] == "pass"
    assert [event["event"] for event in result["timeline"]] == ["request", "wait", "end"]
    assert answers == [("now", 200), ("later", 200), ("now", 401), ("later", 200)]


def test_so_do_tasks_that_are_left_behind(ominigate: Ominigate) -> None:
    answers: list[tuple[str, int]] = []

    async def draw(prompt: str, after: float) -> str:
        await asyncio.sleep(after)
        headers = {"Authorization": f"Bearer {ominigate.api_key}"}
        async with httpx.AsyncClient(base_url=f"{ominigate.base_url}/", headers=headers, verify=False) as http:
            response = await http.post("images", json={"model": "openai/gpt-image-1", "prompt": prompt})
        answers.append((prompt, response.status_code))
        if not response.is_success:
            raise RuntimeError(f"{response.text} {response.headers}")
        return str(response.json()["data"][0]["url"])

    async def call() -> str:
        return "".join(await asyncio.gather(draw("first", 0), draw("second", 30)))

    result = run(ominigate, call, "image", "invalid_api_key-recovers")
    again = run(ominigate, call, "image", "invalid_model-recovers")

    assert (result["verdict"], again["verdict"]) == ("pass", "pass")
    assert [event["event"] for event in again["timeline"]] == ["request", "wait", "end"]
    assert answers == [
        ("first", 200),
        ("second", 200),
        ("first", 401),
        ("second", 200),
        ("first", 400),
        ("second", 200),
    ]
