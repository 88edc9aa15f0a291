"""Puts functions in place of the ``time`` module's own wherever a name, default or attribute already holds them."""

from __future__ import annotations

import gc
import sys
import time
import types
import weakref
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from . import native

KEEP_REAL = frozenset(
    (
        "_pydevd_bundle",
        "_pytest",
        "coverage",
        "execnet",
        "faulthandler",
        "hypothesis",
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


class _Place:
    """Something that holds one of the functions."""

    __slots__ = ("_holder", "_put", "name")

    def __init__(self, holder: Any, put: Callable[[Any, Any], None], name: str) -> None:
        try:
            self._holder: Callable[[], Any] = weakref.ref(holder)  # no client is kept alive for having been found
        except TypeError:
            self._holder = lambda: holder
        self._put = put
        self.name = name
        """The function's name."""

    def put(self, function: Any) -> None:
        """Make it hold another one, if it still exists."""
        holder = self._holder()
        if holder is not None:
            self._put(holder, function)

    def is_gone(self) -> bool:
        """Whether the holder exists no more."""
        return self._holder() is None


class Bindings:
    """Every place that holds one of the real functions."""

    def __init__(self) -> None:
        self._places: list[_Place] = []
        self._counts: tuple[int, ...] = ()
        self._mocks: dict[str, Any] = {}
        """What a test had put in place of the time module's functions before; a client waits all the same."""

    def replace(self, replacements: Mapping[str, Any]) -> None:
        """Make every place hold the replacement of its function, found by the function's name."""
        # A search takes some 30 ms. It can be spared if as many places as before hold the functions, and the same ones.
        if _reference_counts() != self._counts or any(place.is_gone() for place in self._places):
            self._places = list(_search())
        ours = [*native.FUNCTIONS.values(), *replacements.values()]
        found = {name: getattr(time, name) for name in replacements}
        self._mocks = {name: value for name, value in found.items() if not any(value is each for each in ours)}
        self._put(replacements)

    def restore(self, keep: Mapping[str, Any]) -> None:
        """Give every place its real function back, but for the names in *keep*, which get that value for good."""
        self._put({**native.FUNCTIONS, **keep})
        for name, value in self._mocks.items():
            setattr(time, name, value)
        self._counts = _reference_counts()

    def _put(self, values: Mapping[str, Any]) -> None:
        for name, function in values.items():
            setattr(time, name, function)
        for place in self._places:
            place.put(values[place.name])


def _reference_counts() -> tuple[int, ...]:
    return tuple(map(sys.getrefcount, native.FUNCTIONS.values()))


def _search() -> Iterator[_Place]:
    known = {id(function): name for name, function in native.FUNCTIONS.items()}
    holders = [holder for holder in gc.get_referrers(*native.FUNCTIONS.values()) if not _is_ours(holder)]
    owners = _owners([holder for holder in holders if isinstance(holder, (dict, tuple)) and not _is_module(holder)])
    for holder in holders:
        for live, put, value in _slots_of(holder, owners.get(id(holder))):
            if id(value) in known:
                yield _Place(live, put, known[id(value)])


def _is_ours(holder: Any) -> bool:
    return holder is native.FUNCTIONS or holder is vars(time) or isinstance(holder, types.FrameType)


def _is_module(holder: Any) -> bool:
    return isinstance(holder, dict) and "__name__" in holder and "__spec__" in holder


def _owners(holders: list[Any]) -> dict[int, Any]:
    """The class, instance or function that each dictionary or tuple belongs to, by the holder's identity."""
    owners: dict[int, Any] = {}
    if not holders:
        return owners
    wanted = set(map(id, holders))
    for owner in gc.get_referrers(*holders):
        if isinstance(owner, types.FunctionType):
            found: list[Any] = [owner.__defaults__, owner.__kwdefaults__]
        elif isinstance(owner, type):
            found = [holder for holder in gc.get_referents(owner) if isinstance(holder, dict)]
        else:
            found = [getattr(owner, "__dict__", None)]
        for holder in found:
            if id(holder) in wanted:
                owners[id(holder)] = owner
    return owners


def _slots_of(holder: Any, owner: Any) -> Iterator[tuple[Any, Callable[[Any, Any], None], Any]]:
    """What of *holder* may be changed: of which object, how, and what is there now."""
    if _stays_real(holder, owner):
        return
    if isinstance(holder, dict):
        for key, value in list(holder.items()):
            # A class's own dictionary is changed through the class, or its cache of attributes would go stale.
            yield (
                (owner, _attribute_setter(key), value)
                if isinstance(owner, type)
                else (holder, _item_setter(key), value)
            )
    elif isinstance(holder, tuple):
        for index, value in enumerate(holder if isinstance(owner, types.FunctionType) else ()):
            yield owner, _default_setter(index), value
    elif isinstance(holder, types.CellType):
        yield holder, _attribute_setter("cell_contents"), holder.cell_contents
    elif not isinstance(holder, (type, types.ModuleType, types.FunctionType, list, set)):
        for key in _attributes(holder):
            yield holder, _attribute_setter(key), getattr(holder, key)


def _attributes(holder: Any) -> Iterator[str]:
    """The attributes that an instance has of its own."""
    yield from (name for name in getattr(holder, "__dict__", ()) if isinstance(name, str))
    yield from (name for name in _slot_names(type(holder)) if hasattr(holder, name))


def _slot_names(kind: type) -> Iterator[str]:
    for each in kind.__mro__:
        names = each.__dict__.get("__slots__", ())
        yield from (names,) if isinstance(names, str) else names


def _stays_real(holder: Any, owner: Any) -> bool:
    if _is_module(holder):
        module = holder["__name__"]
    elif isinstance(owner, (type, types.FunctionType)):
        module = owner.__module__
    else:
        module = type(holder if owner is None else owner).__module__
    return isinstance(module, str) and module.partition(".")[0] in KEEP_REAL


def _item_setter(key: Any) -> Callable[[Any, Any], None]:
    def put(holder: dict[Any, Any], new: Any) -> None:
        if key in holder:
            holder[key] = new

    return put


def _attribute_setter(name: str) -> Callable[[Any, Any], None]:
    def put(holder: Any, new: Any) -> None:
        if isinstance(holder, type):
            setattr(holder, name, new)
        else:
            object.__setattr__(holder, name, new)  # frozen instances too

    return put


def _default_setter(index: int) -> Callable[[Any, Any], None]:
    def put(function: Any, new: Any) -> None:
        defaults = function.__defaults__ or ()
        if index < len(defaults):
            function.__defaults__ = (*defaults[:index], new, *defaults[index + 1 :])

    return put
