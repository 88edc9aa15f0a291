"""Which event loop runs in this thread."""

from __future__ import annotations

import sys


def running_loop() -> object:
    """Asyncio's loop, or trio's runner; None where neither runs. Imports nothing."""
    asyncio = sys.modules.get("asyncio")
    loop: object = asyncio._get_running_loop() if asyncio is not None else None
    trio = sys.modules.get("trio._core._run")
    if loop is not None or trio is None:
        return loop
    return getattr(trio.GLOBAL_RUN_CONTEXT, "runner", None)
