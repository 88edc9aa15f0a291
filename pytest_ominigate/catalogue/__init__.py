"""The documented errors of the gateway: what each one is, what a client must do about it, and where that stands."""

from .load import load
from .model import (
    Advice,
    Backoff,
    Catalogue,
    Citation,
    Duty,
    ErrorEntry,
    Family,
    Limits,
)
from .names import unknown_name

__all__ = [
    "Advice",
    "Backoff",
    "Catalogue",
    "Citation",
    "Duty",
    "ErrorEntry",
    "Family",
    "Limits",
    "load",
    "unknown_name",
]
