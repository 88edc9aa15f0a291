"""How the requests of a client reach the fake gateway.

Each transport is in a module of its own, which is imported only when it is chosen.
"""

from __future__ import annotations

from .base import Handler, Transport

__all__ = ["TRANSPORTS", "Handler", "Transport", "make_transport"]

TRANSPORTS = ("loopback", "vcr", "responses")
"""The names that ``--ominigate-transport`` takes."""


def make_transport(name: str) -> Transport:
    """A transport that is not started yet.

    Raises:
        ValueError: *name* is none of ``TRANSPORTS``.
        ImportError: the library that the transport rests on cannot be imported.
    """
    if name == "loopback":
        from .loopback import LoopbackServer

        return LoopbackServer()
    if name == "vcr":
        from .vcr import VcrTransport

        return VcrTransport()
    if name == "responses":
        from .responses import ResponsesTransport

        return ResponsesTransport()
    raise ValueError(f"no transport is called {name!r}; there are {', '.join(TRANSPORTS)}")
