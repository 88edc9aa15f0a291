"""Runs a client through scenarios and judges it. Knows everything below but pytest."""

from .ominigate import Ominigate
from .outcome import Outcome
from .settings import API_KEY, Settings

__all__ = ["API_KEY", "Ominigate", "Outcome", "Settings"]
