from __future__ import annotations

from typing import Any

from pytest_ominigate.rules.unsafe_retry import RULE
from pytest_ominigate.timeline import Case

from .timelines import (
    DONE,
    MAKING,
    OK,
    ONE,
    RESET,
    THREE,
    TWO,
    Table,
    call,
    cut,
    error,
    found,
    must,
    several,
    step,
    table,
    video,
)

TIMEOUT = error("image_generation_timeout")
BILL = error("video_billing_error")
FAILED = error("upstream_failed")
OTHER = {"model": "google/veo-2", "prompt": "another lighthouse"}
NUDGED = {"model": "google/veo-2", "prompt": "a lighthouse!"}
SMALLER = {"model": "openai/gpt-image-1", "prompt": "a lighthouse", "size": "256x256"}

GUILTY: Table = {
    "seen by a test by hand": (
        call(
            step(0, TIMEOUT, body=ONE),
            step(0, OK, body=ONE | {"size": "256x256"}),
            operation="image",
            scenario="marked",
        ),
        must(2),
    ),
    "two images are asked for, and one again after a timeout": (
        several(
            call(step(0, TIMEOUT, body=ONE), step(0, OK, body=TWO), step(1, OK, body=ONE), operation="image"), ONE, TWO
        ),
        must(3),
    ),
    "two images are asked for, and a third one after a timeout": (
        several(call(step(0, TIMEOUT, body=ONE), step(0, OK, body=THREE), operation="image"), ONE, TWO),
        must(2),
    ),
    "the image again": (call((0, TIMEOUT), (1, TIMEOUT), (3, OK), operation="image"), must(2)),
    "much later": (call((0, TIMEOUT), (3600, OK), operation="image"), must(2)),
    "a smaller one": (call((0, TIMEOUT), step(1, OK, body=SMALLER), operation="image"), must(2)),
    "with another model": (call((0, TIMEOUT), step(1, OK, model="google/imagen-4"), operation="image"), must(2)),
    "with another key": (call((0, TIMEOUT), step(1, OK, key="key 2"), operation="image"), must(2)),
    "after an honest retry of another error": (call((0, FAILED), (1, TIMEOUT), (3, OK), operation="image"), must(3)),
    "the video again after its bill failed": (
        video((0, "create", OK), (5, "status", BILL), (6, "create", OK)),
        must(3),
    ),
    "even after a poll that went well": (
        video((0, "create", OK), (5, "status", BILL), (10, "status", OK), (11, "create", OK)),
        must(4),
    ),
    "with another key all the same": (
        video((0, "create", OK), (5, "status", BILL), step(6, OK, operation="video.create", key="key 2")),
        must(3),
    ),
    "the video again because a poll failed": (
        video((0, "create", OK), (5, "status", FAILED), (6, "create", OK)),
        must(3),
    ),
    "because the result failed": (
        video((0, "create", OK), (5, "status", OK), (6, "result", FAILED), (7, "create", OK)),
        must(4),
    ),
    "because a poll was refused for good": (
        video((0, "create", OK), (5, "status", error("not_found")), (6, "create", OK)),
        must(3),
    ),
    "because a poll's connection broke": (video((0, "create", OK), (5, "status", RESET), (6, "create", OK)), must(3)),
    "with a look at the models in between": (
        video((0, "create", OK), (5, "status", FAILED), step(5, OK, operation="models"), (6, "create", OK)),
        must(4),
    ),
    "nearly the same video after its bill failed": (
        video(
            (0, "create", OK), (5, "status", BILL), step(6, OK, operation="video.create", body=NUDGED), steps=["a film"]
        ),
        must(3),
    ),
    "nearly the same video because a poll failed": (
        video(
            (0, "create", OK),
            (5, "status", FAILED),
            step(6, OK, operation="video.create", body=NUDGED),
            steps=["a film"],
        ),
        must(3),
    ),
    "a third video where a healthy call makes two": (
        video(
            (0, "create", OK),
            step(1, OK, operation="video.create", body=OTHER),
            (5, "status", FAILED),
            step(6, OK, operation="video.create", body=NUDGED),
            steps=["a film", "another"],
        ),
        must(4),
    ),
    "though the next poll went well": (
        video((0, "create", OK), (5, "status", FAILED), (6, "status", MAKING), (7, "create", OK)),
        must(4),
    ),
    "though the next poll saw it done": (
        video((0, "create", OK), (5, "status", FAILED), (6, "status", DONE), (7, "create", OK)),
        must(4),
    ),
    "after a look at a result that is still to come": (
        video((0, "create", OK), (5, "status", FAILED), (6, "result", MAKING), (7, "create", OK)),
        must(4),
    ),
    "nearly the same video after a poll that went well": (
        video(
            (0, "create", OK),
            (5, "status", FAILED),
            (6, "status", MAKING),
            step(7, OK, operation="video.create", body=NUDGED),
            steps=["a film"],
        ),
        must(4),
    ),
    "by hand, while the video is still made": (
        video((0, "create", OK), (5, "status", FAILED), (6, "status", MAKING), (7, "create", OK), scenario="marked"),
        must(4),
    ),
    "the first of two videos, right after a failed poll": (
        video(
            (0, "create", OK),
            step(1, OK, operation="video.create", body=OTHER),
            (5, "status", FAILED),
            (6, "create", OK),
        ),
        must(4),
    ),
    "after all the retries of the poll": (
        video((0, "create", OK), (5, "status", FAILED), (6, "status", FAILED), (8, "create", OK)),
        must(4),
    ),
}

INNOCENT: Table = {
    "a test by hand that asks for another image": call(
        step(0, TIMEOUT, body=ONE), step(0, OK, body=TWO), operation="image", scenario="marked"
    ),
    "two images are asked for, and one times out": several(
        call(step(0, TIMEOUT, body=ONE), step(0, OK, body=TWO), operation="image"), ONE, TWO
    ),
    "the image is given up": call((0, TIMEOUT), operation="image"),
    "two callers, one timeout each": call((0, TIMEOUT), step(0, TIMEOUT, lane=2), operation="image"),
    "an image that failed": call((0, error("image_generation_failed")), (1, OK), operation="image"),
    "a reset image": call((0, RESET), (1, OK), operation="image"),
    "a cut image": call((0, cut("")), (1, OK), operation="image"),
    "a video that was never created": video((0, "create", error("video_generation_failed")), (1, "create", OK)),
    "a video without a task id": video((0, "create", error("video_task_id_missing")), (1, "create", OK)),
    "a create whose connection broke": video((0, "create", RESET), (1, "create", OK), (6, "status", OK)),
    "the poll goes on after the bill failed": video(
        (0, "create", OK), (5, "status", BILL), (10, "status", OK), (11, "result", OK)
    ),
    "the poll is tried again": video((0, "create", OK), (5, "status", FAILED), (6, "status", OK), (7, "result", OK)),
    "another video": video((0, "create", OK), (5, "status", BILL), step(6, OK, operation="video.create", body=OTHER)),
    "another video of the two that a healthy call makes": video(
        (0, "create", OK),
        (5, "status", BILL),
        step(6, OK, operation="video.create", body=OTHER),
        steps=["a film", "another"],
    ),
    "the second of two videos after a poll of the first failed": video(
        (0, "create", OK),
        (5, "status", FAILED),
        step(6, OK, operation="video.create", body=OTHER),
        steps=["a film", "another"],
    ),
    "a simpler video after one that was never created": video(
        (0, "create", error("video_generation_failed")),
        step(1, OK, operation="video.create", body=NUDGED),
        steps=["a film"],
    ),
    "a video again whose create had failed, after a poll of another failed": video(
        step(0, FAILED, operation="video.create", body=OTHER),
        (0, "create", OK),
        (5, "status", FAILED),
        (6, "status", OK),
        step(7, OK, operation="video.create", body=OTHER),
        steps=["a film", "another"],
    ),
    "a video again, after a poll that may have been one of another": video(
        (0, "create", OK),
        step(1, OK, operation="video.create", body=OTHER),
        (5, "status", FAILED),
        (6, "status", MAKING),
        (7, "create", OK),
    ),
    "a video again that was polled without a failure": video(
        (0, "create", OK), (5, "status", MAKING), (10, "status", MAKING), (11, "create", OK), steps=["a film"]
    ),
    "by hand, a second video after a first that was seen done": video(
        (0, "create", OK), (5, "status", FAILED), (6, "status", DONE), (7, "create", OK), scenario="marked"
    ),
    "a second video after a result that was fetched": video(
        (0, "create", OK), (5, "status", FAILED), (6, "status", DONE), (7, "result", DONE), (8, "create", OK)
    ),
    "a second video after a first that went well in the end": video(
        (0, "create", OK), (5, "status", FAILED), (6, "status", OK), (7, "result", OK), (8, "create", OK)
    ),
}


@table(GUILTY)
def test_finds(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@table(INNOCENT)
def test_leaves_in_peace(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected
