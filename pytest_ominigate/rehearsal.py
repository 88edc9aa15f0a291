"""The healthy call that goes before all other scenarios of a client fixture, whatever is chosen, and in any order.

Each process makes it once: in the item ``healthy`` if that comes first, else in an unreported run of that item. What
the item of another process, or of a later moment, will find is the same; so no verdict rests on the order of items.
A plugin with hooks of its own, registered only when tests are to be generated.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.runner import runtestprotocol

from .running import UNREPORTED, is_generated, scenario_of

if TYPE_CHECKING:
    from .reports.shape import Result
    from .trial import Health, Ominigate

_Key = tuple[str, str, tuple[tuple[str, int], ...]]
"""The collector, the operation, and which of its fixture's parameters: what has this in common is one client."""

_ITEMS = pytest.StashKey[dict[_Key, pytest.Item]]()
"""The item ``healthy`` of each client, whether it was chosen or not."""
_KNOWN = pytest.StashKey["dict[_Key, Health | None]"]()
"""What the healthy calls were like; None where one went wrong."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_pycollect_makeitem() -> Generator[None, Any, Any]:
    """Note the item ``healthy`` of each client, before any of them is deselected."""
    made = yield
    for item in made if isinstance(made, list) else ():
        if isinstance(item, pytest.Item) and is_generated(item) and scenario_of(item).name == "healthy":
            item.config.stash.setdefault(_ITEMS, {})[_key(item)] = item
    return made


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> None:
    """Make the healthy call, if the item can do without one of its own and this process has not seen any yet."""
    if not is_generated(item) or item.config.getoption("setuponly", False) or item.config.getoption("setupplan", False):
        return
    from .trial import rehearsed

    key, seen = _key(item), item.config.stash.setdefault(_KNOWN, {})
    healthy = item.config.stash.get(_ITEMS, {}).get(key)
    if key in seen or healthy is None or rehearsed(scenario_of(item)):
        return
    seen[key] = None
    sections = len(healthy._report_sections)
    healthy.stash[UNREPORTED] = True
    try:
        runtestprotocol(healthy, log=False, nextitem=item)
    finally:
        healthy.stash[UNREPORTED] = False
        del healthy._report_sections[sections:]


def known(item: pytest.Item) -> Health | None:
    """What the healthy call of the item's client was like, if there was one in this process and it went well."""
    return item.config.stash.get(_KNOWN, {}).get(_key(item))


def learn(item: pytest.Item, result: Result, ominigate: Ominigate) -> None:
    """Keep what was seen, if the item was the healthy call."""
    if result["scenario"] == "healthy":
        well = result["verdict"] == "pass"
        item.config.stash.setdefault(_KNOWN, {})[_key(item)] = ominigate.health if well else None


def _key(item: pytest.Item) -> _Key:
    params: dict[str, object] = item.callspec.params  # type: ignore[attr-defined]
    # By identity: a value need not be hashable, and anyio gives each item an index of its own for its backend.
    chosen = tuple(sorted((name, id(value)) for name, value in params.items() if name != "scenario"))
    return item.parent.nodeid if item.parent else "", scenario_of(item).operation, chosen
