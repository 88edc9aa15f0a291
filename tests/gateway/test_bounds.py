"""A gateway that serves for days does not grow without end."""

from __future__ import annotations

from pytest_ominigate.catalogue.model import Catalogue
from pytest_ominigate.gateway import FakeGateway, Fault, videos

from .conftest import CHAT, VIDEO, ManualClock, Sender


def test_requests_can_be_forgotten_and_nothing_else(send: Sender) -> None:
    send.gateway.begin([Fault(code="rate_limited", times=1)])
    created = send("/v1/videos/google/create", VIDEO)
    task = {"task_id": send("/v1/videos/google/create", VIDEO).json["task_id"]}
    send.gateway.forget()

    assert send.gateway.attempts == ()
    assert (created.status, send("/v1/videos/google/status", task).status) == (429, 200)
    assert [attempt.number for attempt in send.gateway.attempts] == [1]


def test_of_a_long_body_a_stand_in_is_recorded(catalogue: Catalogue, clock: ManualClock) -> None:
    send = Sender(FakeGateway(catalogue, clock, largest_body=1_000))
    for text in ("ping", "a" * 2_000, "a" * 2_000, "b" * 2_000):
        assert send("/v1/chat/completions", {**CHAT, "user": text}).status == 200

    short, *long = send.gateway.attempts
    assert short.request.json()["user"] == "ping"
    assert all(len(attempt.request.body) < 200 for attempt in long)
    assert long[0].request.json()["bytes"] > 2_000
    assert long[0].body == long[1].body != long[2].body
    assert {attempt.model for attempt in long} == {"openai/gpt-4o"}


def test_the_oldest_of_very_many_tasks_are_dropped(monkeypatch) -> None:
    monkeypatch.setattr(videos, "_MOST_TASKS", 3)
    ledger = videos.Ledger()
    ids = [ledger.create("google/veo-2", 0.0)["id"] for _ in range(5)]

    assert len(set(ids)) == 5
    assert [ledger.get(task) is not None for task in ids] == [False, False, True, True, True]
