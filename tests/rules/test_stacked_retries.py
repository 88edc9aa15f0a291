from __future__ import annotations

import pytest

from pytest_ominigate.rules import Advice
from pytest_ominigate.rules.judge import judge
from pytest_ominigate.rules.stacked_retries import RULE
from pytest_ominigate.timeline import Case, Wait

from .timelines import CATALOGUE, OK, Step, call, error, step

FAILED = error("upstream_failed")


def wait(at: float, layer: str, where: str = "") -> Wait:
    return Wait(at=at, seconds=1, how="time.sleep", layer=layer, where=where)


def counted(calls: int, tries: int) -> list[Step]:
    return [step(loop * tries + number, FAILED, sdk_retry=number) for loop in range(calls) for number in range(tries)]


def advice(what: Case) -> list[str]:
    return [finding.text for finding in RULE.check(what, CATALOGUE) if isinstance(finding, Advice)]


GUILTY = {
    "the SDK tells its count": (
        call(*counted(3, 3)),
        "SDK 3 x the caller's loop 3 = 9 requests: both layers retry. Set max_retries=0 on the SDK's client.",
    ),
    "the SDK retries in its first call only": (
        call(*counted(1, 4), *[step(4 + loop, FAILED, sdk_retry=0) for loop in range(3)]),
        (
            "SDK up to 4 x the caller's loop 4, 7 requests in all: both layers retry. "
            "Set max_retries=0 on the SDK's client."
        ),
    ),
    "the frames tell the names": (
        call(
            *counted(3, 3),
            waits=[
                wait(at, "tenacity", "client.py:31 in ask") if at % 3 == 2 else wait(at, "openai") for at in range(8)
            ],
        ),
        (
            "openai SDK 3 x tenacity 3 = 9 requests: both layers retry. Set max_retries=0 on the SDK's client, "
            "and keep the loop that waits at client.py:31 in ask."
        ),
    ),
    "only the frames tell": (
        call(
            *[(n, FAILED) for n in range(9)],
            waits=[wait(at, "app" if at % 3 == 2 else "urllib3") for at in range(8)],
        ),
        "urllib3 3 x app 3 = 9 requests: both layers retry. Switch the retries of urllib3 off.",
    ),
}

INNOCENT = {
    "one SDK": call(*counted(1, 3)),
    "one loop round an SDK that does not retry": call(*counted(3, 1)),
    "one layer": call(*[(n, FAILED) for n in range(3)], waits=[wait(n, "tenacity") for n in range(2)]),
    "no retries": call((0, OK)),
    "two layers that wait once each": call(*[(n, FAILED) for n in range(3)], waits=[wait(0, "a"), wait(1, "b")]),
}


@pytest.mark.parametrize(("what", "expected"), GUILTY.values(), ids=GUILTY)
def test_tells_the_layers(what: Case, expected: str) -> None:
    assert advice(what) == [expected]


@pytest.mark.parametrize("what", INNOCENT.values(), ids=INNOCENT)
def test_has_nothing_to_tell(what: Case) -> None:
    assert advice(what) == []


def test_it_is_told_only_along_with_other_findings() -> None:
    within = call(*counted(2, 2), (9, OK), code="upstream_failed")
    beyond = call(*counted(3, 3), code="upstream_failed")

    assert judge(within, CATALOGUE).advice == ()
    assert advice(within)
    assert judge(beyond, CATALOGUE).advice == tuple(advice(beyond))
    assert "too-many-attempts" in {each.rule for each in judge(beyond, CATALOGUE).violations}
