"""A user's file, checked by mypy in strict mode and never run: the public API has the types that it promises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, assert_type

import pytest

from pytest_ominigate import ErrorEntry, Ominigate, Outcome


class Client:
    """What a user's client may look like."""

    def ask(self, question: str) -> str:
        """A plain method."""
        return question

    async def ask_later(self, question: str) -> int:
        """An async one."""
        return len(question)


@pytest.fixture
def ominigate_chat(ominigate: Ominigate) -> Callable[[], str]:
    """A client fixture."""
    client = Client()
    assert_type(ominigate.base_url, str)
    return lambda: client.ask("ping")


@pytest.mark.ominigate("rate_limited", times=2, retry_after=20)
def test_marked() -> None:
    """A marked test."""


def test_by_hand(ominigate: Ominigate) -> None:
    """A plain call."""
    ominigate.fail("upstream_failed", times=2, on="chat")
    ominigate.drop_stream("unfinished", times=None)
    ominigate.succeed("chat", "pong")
    outcome = ominigate.call(Client().ask, "ping")
    assert_type(outcome, Outcome[str])
    assert_type(outcome.result, str)
    assert_type(outcome.attempts, int)
    assert_type(outcome.waits, list[float])
    assert_type(outcome.exception, BaseException | None)
    outcome.assert_compliant(waive={"early-retry": "the reason"})


async def test_later(ominigate: Ominigate) -> None:
    """An async call."""
    outcome = await ominigate.acall(Client().ask_later, question="ping")
    assert_type(outcome, Outcome[int])


def test_every_code(ominigate: Ominigate, ominigate_error: ErrorEntry) -> None:
    """The catalogue's entries."""
    ominigate.fail(ominigate_error.code, status=ominigate_error.statuses[0])
    assert_type(ominigate_error.as_json(), dict[str, Any])
