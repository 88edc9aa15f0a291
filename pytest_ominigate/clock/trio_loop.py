"""trio's waits: where an idle run waits for events, it waits on the clock. Imported only if trio is."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

from . import inflight
from .loops import waiting_on_the_clock

_Socket = sys.modules["trio._socket"]._SocketType
# trio binds the socket methods when it is imported, so its own are the ones to count at.
_MOVERS = (("send", inflight.sent), ("recv", inflight.received), ("recv_into", inflight.received))
_MANAGERS = (
    ("trio._core._io_epoll", "EpollIOManager", "_epoll"),
    ("trio._core._io_kqueue", "KqueueIOManager", "_kqueue"),
)


def replacements() -> list[tuple[Any, str, Any]]:
    """What to replace while a clock runs: owner, name, value."""
    found = [
        (getattr(sys.modules[module], name), attribute)
        for module, name, attribute in _MANAGERS
        if hasattr(sys.modules.get(module), name)
    ]
    return [
        *((kind, "get_events", waiting_on_the_clock(kind.get_events, _fileno(attribute))) for kind, attribute in found),
        *((_Socket, name, _counted(getattr(_Socket, name), note)) for name, note in _MOVERS),
    ]


def _fileno(attribute: str) -> Callable[[Any], int]:
    def fileno(manager: Any) -> int:
        fd: int = getattr(manager, attribute).fileno()
        return fd

    return fileno


def _counted(real: Any, note: Callable[[Any, int], None]) -> Any:
    @functools.wraps(real)
    async def method(self: Any, *args: Any) -> Any:
        result = await real(self, *args)
        note(self._sock, result if isinstance(result, int) else len(result))
        return result

    return method
