"""Every test here runs in virtual time: one that really waited its hours would meet the time limit of a minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_ominigate.clock import VirtualClock, dispatch

if TYPE_CHECKING:
    from collections.abc import Iterator


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent.name == "clock" and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(60))


@pytest.fixture
def clock() -> Iterator[VirtualClock]:
    """A clock that runs for the length of the test, and is certain of what it saw."""
    with VirtualClock() as clock:
        yield clock
    assert clock.doubts == ()


@pytest.fixture
def doubtful() -> Iterator[VirtualClock]:
    """A clock that may have doubts."""
    with VirtualClock() as clock:
        yield clock


@pytest.fixture
def far_future(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the test skips is forgotten afterwards, lest all later tests live in the far future."""
    monkeypatch.setattr(dispatch.state, "skipped", dispatch.state.skipped)
