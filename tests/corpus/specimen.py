"""The record of one client of the corpus."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType

Caller = Callable[[], object]
"""One logical call of a client; a coroutine function where the client is async."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Specimen:
    """One client: where it is, what it does, and what it is known to do wrong."""

    folder: str
    """``innocent`` or ``guilty``."""
    name: str
    """The module's name."""
    library: str
    """The HTTP library or SDK that sends the requests."""
    operations: tuple[str, ...]
    """What it performs; the module has a factory of each name, which takes the base URL (with /v1) and an API key."""
    is_async: bool = False
    rule: str | None = None
    """The rule that it breaks; None for an innocent client."""
    level: str | None = None
    """``MUST`` or ``SHOULD``: how the rule speaks of it."""
    code: str | None = None
    """The code at which the fault shows; None where it shows at several, or where the scenario has none."""
    scenario: str | None = None
    """The name of the scenario that shows it; None where several do."""
    also: Mapping[str, str] = field(default_factory=dict)
    """Rules that may speak as well, each with the reason; for an innocent client they may only advise.
    ``inconclusive`` stands for scenarios that the client ends before they show anything."""

    @property
    def id(self) -> str:
        """Its name in test ids."""
        return f"{self.folder}.{self.name}"

    def load(self) -> ModuleType:
        """The client's module; imported only now, since some libraries take long."""
        return importlib.import_module(f".{self.folder}.{self.name}", __package__)

    def make(self, operation: str, base_url: str, api_key: str) -> Caller:
        """A caller of one of its operations.

        Args:
            operation: one of ``operations``.
            base_url: the gateway's address with ``/v1``.
            api_key: any key of the form ``sk-omg-...``; some clients derive further keys from it.
        """
        factory: Callable[[str, str], Caller] = getattr(self.load(), operation)
        return factory(base_url, api_key)
