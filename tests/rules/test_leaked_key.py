from __future__ import annotations

from typing import Any

from pytest_ominigate.rules.leaked_key import RULE
from pytest_ominigate.timeline import Case

from .timelines import CATALOGUE, OK, Table, call, error, found, must, raised, returned, step, table

KEY = error("invalid_api_key")
LEAKING = raised("invalid_api_key", leaks=("repr(exception)", "log record of 'app'"))

GUILTY: Table = {
    "in an exception": (call((0, KEY), ending=LEAKING), must(None)),
    "in a log record, though all went well": (
        call((0, OK), ending=returned(leaks=("log record of 'app'",))),
        must(None),
    ),
    "in one lane of two": (call((0, KEY), step(0, KEY, lane=2), ending=[raised("no"), LEAKING]), must(None)),
}

INNOCENT: Table = {
    "nowhere": call((0, KEY)),
    "no ending": call((0, KEY), ending=()),
}


@table(GUILTY)
def test_finds(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@table(INNOCENT)
def test_leaves_in_peace(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


def test_the_finding_names_the_places() -> None:
    (finding,) = RULE.check(call((0, KEY), ending=LEAKING), CATALOGUE)

    assert finding.observed == "the key in repr(exception), log record of 'app'"  # type: ignore[union-attr]
