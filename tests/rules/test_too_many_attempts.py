from __future__ import annotations

from typing import Any

import pytest

from pytest_ominigate.rules.judge import undecided
from pytest_ominigate.rules.too_many_attempts import RULE
from pytest_ominigate.timeline import Case

from .timelines import (
    CATALOGUE,
    HTML,
    OK,
    RESET,
    Answer,
    Step,
    Table,
    call,
    case,
    cut,
    error,
    found,
    must,
    should,
    step,
    table,
    trial,
    unfinished,
    video,
)

FAILED = error("upstream_failed")
LIMIT = error("rate_limited")


def often(answer: Answer, number: int, **traits: Any) -> list[Step]:
    return [step(second, answer, **traits) for second in range(number)]


GUILTY: Table = {
    "six are the other reading": (call(*often(FAILED, 6)), should(6)),
    "five failures and a success are six": (call(*often(FAILED, 5), (9, OK)), should(6)),
    "seven are too many": (call(*often(FAILED, 7)), must(7)),
    "four pictures": (call(*often(error("image_generation_failed"), 4), operation="image"), should(4)),
    "five pictures": (call(*often(error("image_generation_failed"), 5), operation="image"), must(5)),
    "eleven under a rate limit": (call(*often(LIMIT, 11)), should(11)),
    "twelve under a rate limit": (call(*often(LIMIT, 12)), must(12)),
    "eleven reset connections": (call(*often(RESET, 11)), should(11)),
    "twelve cut bodies": (call(*often(cut(), 12)), must(12)),
    "twelve streams without their end": (call(*often(unfinished(), 12), operation="chat_stream"), must(12)),
    "a poll that fails for ever": (
        video((0, "create", OK), *[(5.0 * n, "status", FAILED) for n in range(1, 9)]),
        must(9),
    ),
    "each of two models": (
        call(*often(FAILED, 7), *[step(20 + n, FAILED, model="anthropic/claude") for n in range(7)]),
        [*must(7), *must(14)],
    ),
}

INNOCENT: Table = {
    "five": call(*often(FAILED, 5)),
    "three pictures": call(*often(error("image_generation_failed"), 3), operation="image"),
    "ten under a rate limit": call(*often(LIMIT, 10)),
    "ten reset connections": call(*often(RESET, 10)),
    "a second model starts afresh": call(
        *often(FAILED, 5), *[step(20 + n, FAILED, model="anthropic/claude") for n in range(5)]
    ),
    "a second key starts afresh": call(*often(LIMIT, 10), *[step(20 + n, LIMIT, key="key 2") for n in range(10)]),
    "another body starts afresh": call(*often(FAILED, 5), *often(FAILED, 5, body={"messages": []})),
    "each error has its own number": call(*often(LIMIT, 6), *often(FAILED, 3)),
    "after a success it is another request": call(*often(FAILED, 4), (5, OK), *often(FAILED, 4), (9, OK)),
    "unreadable bodies are not counted": call(*often(HTML, 20)),
    "permanent errors are another rule's": call(*often(error("invalid_api_key"), 20)),
    "polls that succeed are no attempts": video((0, "create", OK), *[(5.0 * n, "status", OK) for n in range(1, 20)]),
    "callers are counted one by one": call(*often(FAILED, 5), *often(FAILED, 5, lane=2)),
}


@table(GUILTY)
def test_finds(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@table(INNOCENT)
def test_leaves_in_peace(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@pytest.mark.parametrize("entry", [each for each in CATALOGUE if each.transient], ids=lambda each: each.code)
@pytest.mark.parametrize(("excess", "level"), [(0, None), (1, "SHOULD"), (2, "MUST")])
def test_each_number_is_the_catalogues(entry: Any, excess: int, level: str | None) -> None:
    requests = entry.max_requests + excess
    what = call(*often(error(entry.code), requests), operation=entry.operations[0])

    assert found(RULE, what) == ([(level, requests)] if level else [])


@pytest.mark.parametrize(("numbers", "more"), [((4, 4, 4), False), ((4, 4, 3), True)])
def test_where_the_number_varies_further_trials_may_show_more(numbers: tuple[int, ...], more: bool) -> None:
    trials = [trial([(second, FAILED) for second in range(number)]) for number in numbers]

    assert RULE.undecided is not None
    assert RULE.undecided(case(*trials, code="upstream_failed"), CATALOGUE, 5) is more
    assert undecided(case(*trials, code="upstream_failed"), CATALOGUE, more=5) or not more
