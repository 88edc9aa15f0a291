"""Collects what earlier calls have left behind between two calls, rather than in the middle of one.

What is destroyed may do something then: close a connection, log a complaint, take a lock. An HTTP pool whose lock is
no reentrant one even hangs where a stream that nobody has closed is collected while the same thread holds that lock.
When Python collects depends on all that it has run before, so the same client would now and then end otherwise.
"""

from __future__ import annotations

import gc

_YOUNG, _ALL = 1, 2
_ROUND = 500
"""Trials after which all is looked at. It takes longer the more there is in the process, and so is no part of each."""


class Sweeper:
    """Collects garbage before each trial, unless the user has turned that off."""

    def __init__(self) -> None:
        self._trials = 0

    def sweep(self) -> None:
        """Collect the young, and everything once in a while. Call it while nothing of the client runs."""
        if gc.isenabled():
            gc.collect(_ALL if self._trials % _ROUND == _ROUND - 1 else _YOUNG)
            self._trials += 1


SWEEPER = Sweeper()
"""The process has but one garbage."""
