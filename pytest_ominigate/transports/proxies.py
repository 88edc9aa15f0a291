"""Keeps requests to the loopback, and to the real gateway, out of proxies that the environment names.

Past a proxy, the real gateway's name has to be resolved here, and that is where it is refused.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from ..gateway.backend import DOMAIN

if TYPE_CHECKING:
    from collections.abc import Iterator

_DIRECT = ("127.0.0.1", "localhost", DOMAIN)
_NAMES = ("no_proxy", "NO_PROXY")


@contextlib.contextmanager
def unproxied() -> Iterator[None]:
    """While it lasts, ``no_proxy`` and ``NO_PROXY`` exempt the loopback and the gateway, beside all that was exempt.

    Clients read them when they are built or when they send, so this should hold before a client is built.
    """
    before = {name: os.environ.get(name) for name in _NAMES}
    for name in _NAMES:
        # The lower-case name wins over the other one, so an exemption known to either must stand in both.
        exempt = [part.strip() for part in (before[name] or before["no_proxy"] or before["NO_PROXY"] or "").split(",")]
        exempt += [host for host in _DIRECT if host not in exempt and "*" not in exempt]
        os.environ[name] = ",".join(filter(None, exempt))
    try:
        yield
    finally:
        for name in _NAMES:
            value = before[name]
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
