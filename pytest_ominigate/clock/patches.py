"""All that is put in place while a virtual clock runs, and taken away again."""

from __future__ import annotations

import sys
from typing import Any, Self

from . import blocking, children, loops, queues, sockets, uvloop_loop

_ABSENT = object()
_ALWAYS = [
    *blocking.REPLACEMENTS,
    *children.REPLACEMENTS,
    *loops.REPLACEMENTS,
    *queues.REPLACEMENTS,
    *sockets.REPLACEMENTS,
]


class Patches:
    """Replaces attributes on entry and puts them back on exit, whatever happened in between."""

    def __init__(self) -> None:
        self._before: list[tuple[Any, str, Any]] = []

    def __enter__(self) -> Self:
        """Put the replacements in place."""
        for owner, name, value in self._table():
            self._before.append((owner, name, vars(owner).get(name, _ABSENT)))
            setattr(owner, name, value)
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Put back what was there before."""
        while self._before:
            owner, name, value = self._before.pop()
            if value is _ABSENT:
                delattr(owner, name)
            else:
                setattr(owner, name, value)

    def _table(self) -> list[tuple[Any, str, Any]]:
        table = _ALWAYS
        if "trio._socket" in sys.modules:
            from . import trio_loop

            table = [*table, *trio_loop.REPLACEMENTS]
        return [*table, *uvloop_loop.replacements()]
