"""All that is put in place while a virtual clock runs, and taken away again."""

from __future__ import annotations

import contextlib
import sys
from typing import Any, Self

from . import blocking, loops, sockets


class Patches(contextlib.ExitStack):
    """Replaces attributes on entry and puts them back on exit, whatever happened in between."""

    def __enter__(self) -> Self:
        """Put the replacements in place."""
        super().__enter__()
        table = [*blocking.replacements(), *loops.replacements(), *sockets.replacements()]
        if "trio._socket" in sys.modules:
            from . import trio_loop

            table += trio_loop.replacements()
        for owner, name, value in table:
            self._put(owner, name, value)
        return self

    def _put(self, owner: Any, name: str, value: Any) -> None:
        own = vars(owner)
        if name in own:
            self.callback(setattr, owner, name, own[name])
        else:
            self.callback(delattr, owner, name)
        setattr(owner, name, value)
