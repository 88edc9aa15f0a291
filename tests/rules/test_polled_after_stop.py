from __future__ import annotations

from typing import Any

from pytest_ominigate.rules.polled_after_stop import RULE
from pytest_ominigate.timeline import Case

from .timelines import OK, Table, error, found, must, step, table, video

COST = error("request_cost_limit")

GUILTY: Table = {
    "status again": (video((0, "create", OK), (5, "status", COST), (10, "status", OK)), must(3)),
    "however often, once told": (
        video((0, "create", OK), (5, "status", COST), (10, "status", COST), (15, "status", OK)),
        must(3),
    ),
    "result instead": (video((0, "create", OK), (5, "status", COST), (6, "result", OK)), must(3)),
    "result again": (video((0, "create", OK), (5, "result", COST), (6, "result", OK)), must(3)),
}

INNOCENT: Table = {
    "the loop ends": video((0, "create", OK), (5, "status", COST)),
    "a cheaper video is created and polled": video(
        (0, "create", COST),
        step(1, OK, operation="video.create", body={"model": "google/veo-2", "prompt": "p", "seconds": 2}),
        (5, "status", OK),
        (6, "result", OK),
    ),
    "another task goes on": video(
        (0, "create", OK), (5, "status", COST), step(6, OK, operation="video.status", model=None, task="task_2")
    ),
    "another error": video((0, "create", OK), (5, "status", error("upstream_failed")), (10, "status", OK)),
}


@table(GUILTY)
def test_finds(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@table(INNOCENT)
def test_leaves_in_peace(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected
