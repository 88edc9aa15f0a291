"""A test by hand: the client waits as long as Retry-After asks."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.mark.ominigate("rate_limited", retry_after=1)
def test_the_client_waits(ask: Callable[[], str]) -> None:
    assert ask() == "pong"
