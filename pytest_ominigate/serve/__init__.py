"""The fake gateway as a program of its own, scripted and read back over HTTP, for tests in any language."""

from .standalone import Standalone

__all__ = ["Standalone"]
