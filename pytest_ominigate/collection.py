"""From the clients of a conftest.py to tests: a class ``ominigate``, a method for each operation, an item a scenario.

The class stands in a module made here and given to pytest's own ``Module`` collector, so that fixtures, marks, async
plugins, node ids and xdist treat the items like any others. This module is itself a plugin with hooks of its own,
registered only when tests are to be generated.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence
from functools import cache
from inspect import Parameter, Signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from . import running
from .discovery import Client, clients_in
from .running import OPERATION, operation_of

if TYPE_CHECKING:
    from .gateway import Scenario
    from .trial import Ominigate

CLASS = "ominigate"


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """Generate the tests of a conftest.py that pytest comes across."""
    # One that is named explicitly, or that python_files takes in, comes by pytest_pycollect_makemodule.
    patterns = parent.config.getini("python_files")
    if parent.session.isinitpath(file_path) or any(file_path.match(pattern) for pattern in patterns):
        return None
    return _module(file_path, parent)


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """Generate the tests of a conftest.py that was named, instead of importing it once more as a test module."""
    return _module(module_path, parent)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one item of each scenario of the operation."""
    operation = operation_of(metafunc.function)
    if operation is not None:
        chosen = [scenario for scenario in scenarios() if scenario.operation == operation]
        metafunc.parametrize("scenario", chosen, ids=[scenario.id for scenario in chosen])


def _module(path: Path, parent: pytest.Collector) -> pytest.Module | None:
    clients = clients_in(parent.config, path) if path.name == "conftest.py" else ()
    if not clients:
        return None
    module: pytest.Module = pytest.Module.from_parent(parent, path=path)
    module.obj = _build(path, clients)
    return module


@cache
def scenarios() -> tuple[Scenario, ...]:
    """All scenarios, in their order."""
    from .catalogue import load
    from .gateway import scenarios as suite

    return suite(load())


def _build(path: Path, clients: Sequence[Client]) -> types.ModuleType:
    module = types.ModuleType("ominigate_suite", "Generated tests of how clients handle the gateway's errors.")
    module.__file__ = str(path)  # what plugins with data files next to the tests read
    checks = {client.operation: _check(client) for client in clients}
    suite = type(CLASS, (), {"__doc__": module.__doc__, "__module__": module.__name__, "__test__": True, **checks})
    setattr(module, CLASS, suite)
    return module


def _check(client: Client) -> Callable[..., object]:
    """The method that runs one scenario; a coroutine function where an async plugin has to run it."""

    def check(_: object, request: pytest.FixtureRequest, ominigate: Ominigate, scenario: Scenario, **it: Any) -> None:
        running.run_scenario(request.node, client.fixture, it[client.fixture], ominigate, scenario)

    async def acheck(
        _: object, request: pytest.FixtureRequest, ominigate: Ominigate, scenario: Scenario, **it: Any
    ) -> None:
        await running.arun_scenario(request.node, client.fixture, it[client.fixture], ominigate, scenario)

    function: Any = acheck if client.marks else check
    function.__name__ = client.operation
    function.__qualname__ = f"{CLASS}.{client.operation}"
    function.__doc__ = f"The client of {client.fixture} under each documented error."
    names = ("self", "request", "ominigate", client.fixture, "scenario")
    function.__signature__ = Signature([Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in names])
    function.__test__ = True  # collected whatever python_functions says
    function.place_as = client.function  # pytest shows the user's fixture as the place of the test
    setattr(function, OPERATION, client.operation)
    for mark in (pytest.mark.ominigate, *client.marks):
        function = mark(function)
    checked: Callable[..., object] = function
    return checked
