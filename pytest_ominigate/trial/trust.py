"""Puts off the loading of CA certificates until a TLS connection needs them.

HTTP clients load a whole bundle when they are built, which takes longer than most scenarios; and the fake gateway
speaks plain HTTP. A context that was put off looks after itself: it loads what is pending when it is used.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_load = ssl.SSLContext.load_verify_locations
_load_defaults = ssl.SSLContext.set_default_verify_paths
_PENDING = "_ominigate_pending"


class _PutOff(ssl.SSLContext):
    """A context whose CA certificates are not loaded yet. An instance turns back into a plain one on its first use."""

    def _settle(self) -> None:
        pending = self.__dict__.pop(_PENDING)
        self.__class__ = ssl.SSLContext  # type: ignore[assignment]  # the way back
        for load, arguments in pending:
            load(self, *arguments)

    def load_verify_locations(self, *args: Any, **kwargs: Any) -> None:
        self._settle()
        _load(self, *args, **kwargs)

    def wrap_socket(self, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        self._settle()
        return self.wrap_socket(*args, **kwargs)

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        self._settle()
        return self.wrap_bio(*args, **kwargs)

    def get_ca_certs(self, *args: Any, **kwargs: Any) -> Any:
        self._settle()
        return self.get_ca_certs(*args, **kwargs)

    def cert_store_stats(self) -> dict[str, int]:
        self._settle()
        return self.cert_store_stats()


def _put_off(self: ssl.SSLContext, cafile: Any = None, capath: Any = None, cadata: Any = None) -> None:
    if type(self) is not ssl.SSLContext or capath is not None or cadata is not None or not _is_file(cafile):
        _load(self, cafile, capath, cadata)  # also where it is wrong, and says so
        return
    _pend(self, _load, cafile)


def _put_off_defaults(self: ssl.SSLContext) -> None:
    if type(self) is ssl.SSLContext:
        _pend(self, _load_defaults)
    else:
        _load_defaults(self)


def _pend(context: ssl.SSLContext, load: Callable[..., None], *arguments: Any) -> None:
    context.__dict__.setdefault(_PENDING, []).append((load, arguments))
    context.__class__ = _PutOff


def _is_file(path: Any) -> bool:
    try:
        return Path(path).is_file()
    except (TypeError, ValueError):
        return False


_LATER = {"load_verify_locations": _put_off, "set_default_verify_paths": _put_off_defaults}


@contextmanager
def trust_put_off() -> Iterator[None]:
    """While it lasts, contexts put off loading the system's bundle, or one that exists, until they are used."""
    before = {name: vars(ssl.SSLContext).get(name) for name in _LATER}
    for name, put_off in _LATER.items():
        setattr(ssl.SSLContext, name, put_off)
    try:
        yield
    finally:
        for name, function in before.items():
            if function is None:  # it is the base class's
                delattr(ssl.SSLContext, name)
            else:
                setattr(ssl.SSLContext, name, function)
