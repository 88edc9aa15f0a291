"""Whose request comes first is up to the machine where callers act at the same moment; the record does not show it."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from pytest_ominigate.timeline import Attempt as Sent
from pytest_ominigate.timeline import Ending, EndingKind, Reply, ReplyKind, Request, Timeline, Trial, Wait
from pytest_ominigate.trial.freezing import in_order

JITTER = (0.8, 1.3, 1.1)


def trial_of(order: tuple[int, ...]) -> Trial:
    """Three callers send at once, in that order; the first to be answered draws the first wait, and so on."""
    request = Request(method="POST", path="/v1/chat/completions", body=b"{}")
    reply = Reply(kind=ReplyKind.ERROR, status=429, code="rate_limited", type="rate_limit_error")
    attempts = [
        Sent(number=number, at=0.0, operation="chat", key="key 1", model="m", lane=lane, request=request, reply=reply)
        for number, lane in enumerate(order, start=1)
    ]
    waits = [
        Wait(at=0.0, seconds=seconds, how="asyncio.sleep", where="app.py:1 in ask", layer="app", lane=lane)
        for lane, seconds in zip(order, JITTER, strict=True)
    ]
    again = sorted((wait.seconds, wait.lane) for wait in waits)
    attempts += [replace(attempts[0], number=4 + index, at=at, lane=lane) for index, (at, lane) in enumerate(again)]
    endings = {
        lane: Ending(kind=EndingKind.RETURNED, summary=f"after {seconds} s")
        for lane, seconds in zip(order, JITTER, strict=True)
    }
    return Trial(
        timeline=Timeline(
            attempts=tuple(attempts), waits=tuple(sorted(waits, key=lambda wait: (wait.at, wait.lane))), ended=2.0
        ),
        endings=tuple(endings[lane] for lane in (1, 2, 3)),
    )


@pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
def test_whoever_comes_first_the_record_is_the_same(order: tuple[int, ...]) -> None:
    assert in_order(trial_of(order)) == in_order(trial_of((1, 2, 3)))


def test_callers_keep_what_they_did_and_got() -> None:
    trial = in_order(trial_of((2, 3, 1)))

    for lane in (1, 2, 3):
        (wait,) = (wait for wait in trial.timeline.waits if wait.lane == lane)
        first, second = trial.timeline.lane(lane)
        assert (first.at, second.at) == (0.0, wait.seconds)
        assert trial.endings[lane - 1].summary == f"after {wait.seconds} s"
    assert [attempt.number for attempt in trial.timeline.attempts] == [1, 2, 3, 4, 5, 6]
