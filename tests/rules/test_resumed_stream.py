from __future__ import annotations

from typing import Any

from pytest_ominigate.rules.resumed_stream import RULE
from pytest_ominigate.timeline import Case

from .timelines import OK, Table, call, cut, found, must, step, table

GUILTY: Table = {
    "continues": (call((0, cut()), step(1, OK, resumes=True), operation="chat_stream"), must(2)),
    "continues twice, told once": (
        call((0, cut()), step(1, cut(), resumes=True), step(3, OK, resumes=True), operation="chat_stream"),
        must(2),
    ),
    "in the second lane": (
        call((0, cut()), step(0, cut(), lane=2), step(1, OK, lane=2, resumes=True), operation="chat_stream"),
        must(3),
    ),
}

INNOCENT: Table = {
    "begins again": call((0, cut()), (1, OK), operation="chat_stream"),
    "surfaces it": call((0, cut()), operation="chat_stream"),
}


@table(GUILTY)
def test_finds(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@table(INNOCENT)
def test_leaves_in_peace(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected
