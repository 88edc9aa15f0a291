"""Judges how a client handles every documented error of the OminiGate gateway.

Nothing is imported until it is asked for: every pytest run loads this package, whether it uses it or not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .catalogue import Catalogue, Duty, ErrorEntry, load
    from .rules import RULES, Level, Rule, Violation
    from .sharing import OminigateServer
    from .timeline import Attempt, Timeline, Wait
    from .trial import Ominigate, Outcome

    __version__: str

__all__ = [
    "RULES",
    "Attempt",
    "Catalogue",
    "Duty",
    "ErrorEntry",
    "Level",
    "Ominigate",
    "OminigateServer",
    "Outcome",
    "Rule",
    "Timeline",
    "Violation",
    "Wait",
    "__version__",
    "load",
]

_HOMES = {
    "catalogue": ("Catalogue", "Duty", "ErrorEntry", "load"),
    "rules": ("RULES", "Level", "Rule", "Violation"),
    "sharing": ("OminigateServer",),
    "timeline": ("Attempt", "Timeline", "Wait"),
    "trial": ("Ominigate", "Outcome"),
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    from importlib import import_module
    from importlib.metadata import version

    if name == "__version__":
        value: Any = version("pytest-ominigate")
    else:
        home = next((home for home, names in _HOMES.items() if name in names), None)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names, imported or not."""
    return sorted({*globals(), *__all__})
