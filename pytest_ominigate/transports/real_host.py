"""Makes sure that nothing reaches the real gateway while a scenario runs."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from typing import TYPE_CHECKING, Any, Self

from ..gateway.backend import is_real

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

_RESOLVERS = ("getaddrinfo", "gethostbyname", "gethostbyname_ex")
_TLS = {"wrap_socket": 4, "wrap_bio": 3}
"""Methods of ``SSLContext``, with the position of ``server_hostname`` (``self`` not counted)."""


def is_real_gateway(host: object) -> bool:
    """Whether a host name (text or bytes, any case, with or without the final dot) is the real gateway's."""
    if isinstance(host, (bytes, bytearray)):
        host = host.decode("latin-1")
    return isinstance(host, str) and is_real(host)


class RealGatewayRefusedError(ConnectionRefusedError):
    """A client asked for the real gateway while a scenario was running."""


class RealHostGuard:
    """While it lasts, the real gateway's names cannot be resolved, and no TLS connection to them can be opened.

    The second fence holds where the first is passed by: by a proxy, uvloop or a DNS library of its own. Clients that
    bring their own TLS (curl) pass by both. *way_in* is said to whoever is refused.
    """

    def __init__(self, way_in: str = "point the client at ominigate.base_url") -> None:
        self._way_in = way_in
        self._refused: list[str] = []
        self._lock = threading.Lock()
        self._undo = contextlib.ExitStack()
        self._active = False

    @property
    def refused(self) -> tuple[str, ...]:
        """The hosts that were asked for, each once, in the order of the first asking."""
        return tuple(self._refused)

    def forget(self) -> None:
        """Forget the hosts that were asked for so far."""
        with self._lock:
            self._refused.clear()

    def __enter__(self) -> Self:
        self._active = True
        for name in _RESOLVERS:
            self._patch(socket, name, self._resolver(getattr(socket, name)))
        for name, position in _TLS.items():
            self._patch(ssl.SSLContext, name, self._tls_opener(getattr(ssl.SSLContext, name), position))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._active = False  # for whoever has kept one of the functions
        self._undo.close()

    def _patch(self, owner: Any, name: str, function: Callable[..., Any]) -> None:
        self._undo.callback(setattr, owner, name, getattr(owner, name))
        setattr(owner, name, function)

    def _check(self, host: object) -> None:
        if not self._active or not is_real_gateway(host):
            return
        name = (host if isinstance(host, str) else bytes(host).decode("latin-1")).lower().rstrip(".")  # type: ignore[call-overload]
        with self._lock:
            if name not in self._refused:
                self._refused.append(name)
        raise RealGatewayRefusedError(f"refused by pytest-ominigate: {name} is the real gateway; {self._way_in}")

    def _resolver(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def resolve(host: object, *args: Any, **kwargs: Any) -> Any:
            self._check(host)
            return real(host, *args, **kwargs)

        return resolve

    def _tls_opener(self, real: Callable[..., Any], position: int) -> Callable[..., Any]:
        def open_tls(context: ssl.SSLContext, *args: Any, **kwargs: Any) -> Any:
            self._check(kwargs.get("server_hostname") or (args[position] if len(args) > position else None))
            return real(context, *args, **kwargs)

        return open_tls
