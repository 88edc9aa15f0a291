"""A running virtual clock."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pytest_ominigate.clock import VirtualClock


@pytest.fixture
def clock() -> Iterator[VirtualClock]:
    """A virtual clock that runs for the test."""
    with VirtualClock() as clock:
        yield clock
