"""What the tests of one process share: the transport, and how they judge."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from . import chosen
from .transports import Transport, make_transport
from .transports.proxies import unproxied
from .trial import Driver, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class OminigateServer:
    """Where the fake gateway listens for the whole session, and a key that it accepts."""

    base_url: str
    """The address with ``/v1``, as OpenAI-style SDKs want it."""
    root_url: str
    """The address without ``/v1``."""
    api_key: str


class SharedTransport:
    """The one transport of this process: started for its first holder, stopped after its last, and kept for the next.

    As long lasts what clients need that are built once: no proxy stands before the loopback, and the event loop in
    which plain tests run async clients stays the same.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._holders = 0
        self._transport: Transport | None = None
        self._while_held = ExitStack()
        self.driver = Driver()

    @contextmanager
    def hold(self) -> Iterator[Transport]:
        """The transport, running for as long as it is held."""
        if self._transport is None:
            self._transport = make_transport(self._name)
        if not self._holders:
            with ExitStack() as stack:
                stack.enter_context(unproxied())
                stack.enter_context(self._transport)
                stack.callback(self.driver.close)
                self._while_held = stack.pop_all()
        self._holders += 1
        try:
            yield self._transport
        finally:
            self._holders -= 1
            if not self._holders:
                self._while_held.close()


SHARED = pytest.StashKey[SharedTransport]()


def transport_of(config: pytest.Config) -> SharedTransport:
    """The transport of this run."""
    if SHARED not in config.stash:
        config.stash[SHARED] = SharedTransport(chosen.of(config).transport)
    return config.stash[SHARED]


def settings_of(config: pytest.Config) -> Settings:
    """How this run judges, for the trial layer; a misused ini value fails the test that needs it."""
    try:
        options = chosen.of(config)
    except pytest.UsageError as error:  # without --ominigate-errors an ini value is read only when it is needed
        pytest.fail(str(error), pytrace=False)
    trials: dict[str, Any] = {"trials": options.trials} if options.trials else {}
    return Settings(
        transport=options.transport,
        clock=options.clock,
        strict=options.strict,
        select=options.select,
        ignore=options.ignore,
        **trials,
    )
