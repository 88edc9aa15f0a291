"""The video workflow: create, status, result."""

from __future__ import annotations

import pytest

from .conftest import VIDEO, ManualClock, Sender

STATUS = "/v1/videos/google/status"
RESULT = "/v1/videos/google/result"


@pytest.fixture
def task(send: Sender) -> dict[str, str]:
    """A task's reference, made by a create."""
    reply = send("/v1/videos/google/create", VIDEO)
    return {"task_id": reply.json["task_id"]}


def test_create_gives_both_ids(send: Sender) -> None:
    assert [send("/v1/videos/google/create", VIDEO).json for _ in range(2)] == [
        {"id": "task_omg_1", "task_id": "task_omg_1", "status": "queued", "model": "google/veo-2"},
        {"id": "task_omg_2", "task_id": "task_omg_2", "status": "queued", "model": "google/veo-2"},
    ]


def test_a_task_completes_with_its_fourth_poll(send: Sender, task: dict[str, str]) -> None:
    assert [send(STATUS, task).json["status"] for _ in range(6)] == [
        "queued",
        "processing",
        "processing",
        "completed",
        "completed",
        "completed",
    ]


def test_a_task_completes_after_fifteen_seconds(send: Sender, task: dict[str, str], clock: ManualClock) -> None:
    clock.advance(14.9)
    early = send(STATUS, task).json["status"]
    clock.advance(0.1)

    assert (early, send(STATUS, task).json["status"]) == ("processing", "completed")


def test_the_result_has_a_url_once_the_task_has_completed(
    send: Sender, task: dict[str, str], clock: ManualClock
) -> None:
    early = send(RESULT, task).json
    clock.advance(15)
    late = send(RESULT, task, headers={"Host": "localhost:9"}).json

    assert (early["status"], early["url"]) == ("queued", None)
    assert late == {
        "id": "task_omg_1",
        "task_id": "task_omg_1",
        "status": "completed",
        "model": "google/veo-2",
        "url": "http://localhost:9/v1/files/task_omg_1.mp4",
    }
    assert send.get(late["url"], key=None).headers["content-type"] == "video/mp4"


def test_a_task_may_be_named_by_either_id(send: Sender, task: dict[str, str]) -> None:
    assert send(STATUS, {"id": task["task_id"]}).json["task_id"] == task["task_id"]
    assert [attempt.task for attempt in send.gateway.attempts] == [None, "task_omg_1"]


def test_a_task_of_another_provider_is_none_of_its_models(send: Sender, task: dict[str, str]) -> None:
    reply = send("/v1/videos/runway/status", task)

    assert (reply.code, reply.json["error"]["param"]) == ("video_model_not_found", "model")


def test_tasks_do_not_outlive_their_trial(send: Sender, task: dict[str, str]) -> None:
    send.gateway.begin()

    assert send(STATUS, task).code == "not_found"


def test_a_poll_that_failed_is_not_counted(send: Sender, task: dict[str, str]) -> None:
    for _ in range(4):
        send(STATUS, task, key="wrong-key")

    assert send(STATUS, task).json["status"] == "queued"
