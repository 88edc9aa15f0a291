"""Runs a client through scenarios and judges it. Knows everything below but pytest."""

from .bench import rehearsed
from .driving import Driver
from .health import Health
from .ominigate import Ominigate
from .outcome import Outcome
from .settings import API_KEY, Settings

__all__ = ["API_KEY", "Driver", "Health", "Ominigate", "Outcome", "Settings", "rehearsed"]
