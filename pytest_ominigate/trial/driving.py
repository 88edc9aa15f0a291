"""The event loop in which async clients run where no other loop does."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Coroutine
from typing import Any


class Driver:
    """Makes its loop when it is first needed, and keeps it: a client that is built once cannot change its loop."""

    def __init__(self) -> None:
        self._runner: asyncio.Runner | None = None

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Run to the end, in a copy of the present context."""
        if self._runner is None:
            # The plain loop, whatever the policy: others keep time of their own.
            self._runner = asyncio.Runner(loop_factory=asyncio.SelectorEventLoop)
        self._runner.run(coroutine, context=contextvars.copy_context())

    def tasks(self) -> set[asyncio.Task[Any]]:
        """What still runs in the loop."""
        return asyncio.all_tasks(self._runner.get_loop()) if self._runner is not None else set()

    def rest(self) -> None:
        """A test is over: keep the loop, unless something still runs in it."""
        if self.tasks():
            self.close()

    def close(self) -> None:
        """End the loop, and all that runs in it. Does nothing if there is none."""
        if self._runner is not None:
            self._runner.close()
            self._runner = None
