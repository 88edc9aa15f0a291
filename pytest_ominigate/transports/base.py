"""What all transports have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Self

from ..gateway.wire import Break, WireReply, WireRequest

if TYPE_CHECKING:
    from types import TracebackType

Handler = Callable[[WireRequest], WireReply]
"""What answers the requests, such as the ``exchange`` of the fake gateway. May be called in any thread."""

LaneOf = Callable[[tuple[str, int]], int | None]
"""From the address of a client's end of a connection to the lane of the caller, where that is known."""

REAL_ROOT = "https://api.ominigate.ai"
"""Where the real gateway lives; the transports inside the process answer in its place."""

_PLAIN = (("Content-Type", "text/plain; charset=utf-8"),)
_NOBODY = WireReply(
    status=503, headers=_PLAIN, chunks=(b"The fake gateway answers only while a test or a scenario uses it.\n",)
)


class Transport:
    """Carries requests to a handler and its replies back.

    ``start`` and ``stop`` are for what lasts (a server); ``attach`` and ``detach`` for the time in which requests are
    answered. A transport inside the process catches requests only while a handler is attached.
    """

    name: ClassVar[str]
    caveats: ClassVar[frozenset[Break]] = frozenset()
    """The breaks that this transport cannot bring about; scenarios that need one cannot be run over it."""
    catches: ClassVar[str] = ""
    """The libraries whose requests it catches; empty where it makes no difference with what a request is sent."""

    def __init__(self) -> None:
        self.errors: list[BaseException] = []
        """What went wrong on the harness's side since the last ``attach``, never by the client's doing."""
        self._handler: Handler | None = None

    @property
    def root_url(self) -> str:
        """The gateway's address without ``/v1``, no slash at the end.

        Raises:
            RuntimeError: the transport is not started, and has no address yet.
        """
        return REAL_ROOT

    @property
    def base_url(self) -> str:
        """The gateway's address with ``/v1``."""
        return f"{self.root_url}/v1"

    @property
    def way_in(self) -> str:
        """How a client is brought to send through this transport."""
        if self.catches:
            return f"the transport {self.name} catches only what is sent with {self.catches}"
        return "point the client at ominigate.base_url"

    def start(self) -> None:
        """Make ready. Does nothing if that was done."""

    def stop(self) -> None:
        """Give back all that was taken. Does nothing if that was done."""
        self.detach()

    def settle(self) -> None:
        """Return when all requests that were sent by now have been answered."""

    def attach(self, handler: Handler) -> None:
        """Let *handler* answer from now on, in place of any before it, and forget earlier errors."""
        self.errors = []
        self._handler = handler

    def detach(self) -> None:
        """Let no handler answer."""
        self._handler = None

    def answer(self, request: WireRequest) -> WireReply:
        """The handler's reply; 503 if there is none, 500 if it raised (the exception is kept in ``errors``)."""
        handler = self._handler
        if handler is None:
            return _NOBODY
        try:
            return handler(request)
        except Exception as error:  # the client must get an answer, and the harness the error
            return self.failure(error)

    def failure(self, error: BaseException) -> WireReply:
        """Keep the error and make a reply that tells of it."""
        self.errors.append(error)
        text = f"The fake gateway itself failed: {type(error).__name__}: {error}\n"
        return WireReply(status=500, headers=_PLAIN, chunks=(text.encode("utf-8", "replace"),))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()
