"""uvloop waits in C, out of our sight: all that can be done is to say so."""

from __future__ import annotations

import functools
import sys
from typing import Any

from .dispatch import mine

DOUBT = "uvloop keeps a time of its own; use asyncio's own loop, or --ominigate-clock=real"


def is_one(loop: object) -> bool:
    """Whether it is a loop of uvloop's."""
    return type(loop).__module__.partition(".")[0] == "uvloop"


def replacements() -> list[tuple[Any, str, Any]]:
    """What to replace while a clock runs, where uvloop is in use: owner, name, value."""
    uvloop: Any = sys.modules.get("uvloop")
    return [_doubted(uvloop.Loop, name) for name in ("run_forever", "run_until_complete")] if uvloop else []


def _doubted(kind: Any, name: str) -> tuple[Any, str, Any]:
    real = getattr(kind, name)

    @functools.wraps(real)
    def run(self: Any, *args: Any, **kwargs: Any) -> Any:
        clock = mine()
        if clock is not None:
            clock.doubt(DOUBT)
        return real(self, *args, **kwargs)

    return kind, name, run
