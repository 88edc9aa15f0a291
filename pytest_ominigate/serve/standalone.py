"""The fake gateway behind a server of its own, for any number of clients at the same time."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from ..catalogue import load
from ..gateway import WireReply, WireRequest
from ..gateway.keyring import credential
from ..transports.loopback import LoopbackServer
from .control import PATH, Control, is_control
from .sessions import Sessions

LIMIT = 50
"""How many requests a session has, unless told otherwise."""
MOST_SESSIONS = 200
"""How many sessions are kept, unless told otherwise."""
_LARGEST_REQUEST = 64 * 1024 * 1024
_MOST_ERRORS = 20


class Standalone:
    """A fake gateway on real time, a session for each API key, and the control API beside it.

    Args:
        host: the address to listen at.
        port: the port; 0 for one that the system chooses.
        limit: how many requests a session has.
        max_sessions: how many sessions are kept; beyond that the one used least recently is dropped.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        limit: int = LIMIT,
        max_sessions: int = MOST_SESSIONS,
    ) -> None:
        catalogue = load()
        self._server = LoopbackServer(host=host, port=port, largest=_LARGEST_REQUEST)
        self._sessions = Sessions(catalogue, limit=limit, most=max_sessions)
        self._control = Control(catalogue, self._sessions, limit=limit)
        self._lock = threading.Lock()

    @property
    def root_url(self) -> str:
        """The address without ``/v1``."""
        return self._server.root_url

    @property
    def base_url(self) -> str:
        """The address with ``/v1``, as OpenAI-style SDKs want it."""
        return self._server.base_url

    @property
    def control_url(self) -> str:
        """The address of the control API."""
        return f"{self.root_url}/{PATH}"

    def exchange(self, request: WireRequest) -> WireReply:
        """Answer a request of a client, or a control call."""
        with self._lock:
            del self._server.errors[:-_MOST_ERRORS]
            if is_control(request):
                return self._control.exchange(request)
            return self._sessions.of(credential(request) or "").exchange(request)

    def __enter__(self) -> Self:
        """Listen and answer.

        Raises:
            OSError: the address cannot be had.
        """
        self._server.start()
        self._server.attach(self.exchange)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close every connection and answer no more."""
        self._server.stop()
