"""Puts functions in place of the ``time`` module's own wherever a name, default or attribute already holds them."""

from __future__ import annotations

import gc
import sys
import time
import types
from collections.abc import Callable, Mapping
from typing import Any

from . import native

KEEP_REAL = frozenset(
    (
        "_pydevd_bundle",
        "_pytest",
        "coverage",
        "execnet",
        "faulthandler",
        "pdb",
        "pluggy",
        "pydevd",
        "pytest",
        "pytest_timeout",
        "time_machine",
        "xdist",
        __name__.partition(".")[0],
    )
)
"""Packages that stay on real time: the test run itself, its timeouts, its debuggers, and this one."""

Put = Callable[[Any], None]


class Bindings:
    """Every place that holds one of the real functions; looked for anew when modules were imported."""

    def __init__(self) -> None:
        self._modules: frozenset[int] = frozenset()
        self._places: list[tuple[Put, str]] = []

    def replace(self, replacements: Mapping[str, Any]) -> None:
        """Make every place hold the replacement of its function, found by the function's name."""
        self._discover()
        for name, function in replacements.items():
            setattr(time, name, function)
        for put, name in self._places:
            put(replacements[name])

    def restore(self, keep: Mapping[str, Any]) -> None:
        """Give every place its real function back, but for the names in *keep*, which get that value."""
        values = {**native.FUNCTIONS, **keep}
        for name, function in values.items():
            setattr(time, name, function)
        for put, name in self._places:
            put(values[name])

    def _discover(self) -> None:
        modules = frozenset(map(id, list(sys.modules.values())))
        if modules <= self._modules:
            return
        self._modules = modules
        known = {id(function): name for name, function in native.FUNCTIONS.items()}
        self._places += [
            (put, known[id(value)])
            for holder in gc.get_referrers(*native.FUNCTIONS.values())
            for put, value in _places(holder)
            if id(value) in known
        ]


def _places(holder: Any) -> list[tuple[Put, Any]]:
    """The ways to change what *holder* holds, each with its present value."""
    if isinstance(holder, dict):
        return _in_dictionary(holder)
    if isinstance(holder, tuple):
        return [
            (_default_setter(function, index), value)
            for function in gc.get_referrers(holder)
            if isinstance(function, types.FunctionType) and function.__defaults__ is holder
            if not _stays_real(function.__module__)
            for index, value in enumerate(holder)
        ]
    if isinstance(holder, (type, types.ModuleType, types.FunctionType, types.FrameType)):
        return []
    attributes = getattr(holder, "__dict__", None)
    if not isinstance(attributes, dict) or _stays_real(type(holder).__module__):
        return []
    return [(_attribute_setter(holder, key), value) for key, value in list(attributes.items())]


def _in_dictionary(holder: dict[Any, Any]) -> list[tuple[Put, Any]]:
    if holder is native.FUNCTIONS or holder is vars(time):
        return []
    module = holder.get("__name__") if "__spec__" in holder else holder.get("__module__")
    if _stays_real(module):
        return []
    owner = None
    if "__module__" in holder:
        # A class's own dictionary is changed through the class, or its cache of attributes would go stale.
        owner = next(
            (
                found
                for found in gc.get_referrers(holder)
                if isinstance(found, type) and found.__dict__.keys() == holder.keys()
            ),
            None,
        )
    if owner is not None:
        return [(_attribute_setter(owner, key), value) for key, value in list(holder.items())]
    return [(_item_setter(holder, key), value) for key, value in list(holder.items())]


def _stays_real(module: object) -> bool:
    return isinstance(module, str) and module.partition(".")[0] in KEEP_REAL


def _item_setter(holder: dict[Any, Any], key: Any) -> Put:
    def put(new: Any) -> None:
        if key in holder:
            holder[key] = new

    return put


def _attribute_setter(holder: Any, key: str) -> Put:
    def put(new: Any) -> None:
        setattr(holder, key, new)

    return put


def _default_setter(function: types.FunctionType, index: int) -> Put:
    def put(new: Any) -> None:
        values = list(function.__defaults__ or ())
        if index < len(values):
            values[index] = new
            function.__defaults__ = tuple(values)

    return put
