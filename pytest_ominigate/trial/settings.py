"""How trials are run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

API_KEY = "sk-omg-test-5f2c9d7e41b8a603"
"""The key that clients under test are given. It opens nothing but the fake gateway."""


ClockName = Literal["virtual", "real"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the options of a test run say about its trials."""

    transport: str = "loopback"
    clock: ClockName = "virtual"
    trials: int = 12
    """How many trials judge the shape of the waits."""
    limit: int = 50
    """The number of requests at which a client is stopped."""
    strict: bool = False
    """Whether a broken SHOULD fails too."""
    select: frozenset[str] | None = None
    """The rules to judge by; None for all."""
    ignore: frozenset[str] = field(default_factory=frozenset)
    """The rules not to judge by."""
