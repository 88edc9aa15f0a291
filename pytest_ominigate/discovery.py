"""The fixtures that hand out a client: which conftest.py binds them, for which operation, and what runs them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from .chosen import of
from .gateway.routing import OPERATIONS

FIXTURES = {f"ominigate_{operation}": operation for operation in OPERATIONS}
"""The fixture of each operation."""

FixtureFunction = Callable[..., object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A fixture that hands out the call of one operation."""

    operation: str
    fixture: str
    function: FixtureFunction
    """What the user wrote."""
    marks: tuple[pytest.MarkDecorator, ...]
    """The marks that make an async plugin run the tests of this client; none where they are plain functions."""


def clients_in(config: pytest.Config, path: Path) -> tuple[Client, ...]:
    """The clients that the conftest.py at *path* binds itself, in the order of the operations.

    What it merely inherits from a conftest.py above counts there, not here.
    """
    module = _conftest(config, path)
    if module is None:
        return ()
    bound = definitions(module)
    return tuple(
        Client(
            operation=operation,
            fixture=fixture,
            function=_written(bound[fixture]),
            marks=_async_marks(config, path, fixture),
        )
        for fixture, operation in FIXTURES.items()
        if fixture in bound
    )


def cover_conftests(config: pytest.Config) -> None:
    """Ask pytest to visit the conftest.py files that bind a client above the folders it was asked for.

    With ``testpaths = ["tests"]``, or ``pytest tests``, a conftest.py in the root folder governs what is collected but
    is never visited. A run that is narrowed to files or node ids is left alone.
    """
    base = config.invocation_params.dir
    folders = [(base / argument).resolve() for argument in config.args if (base / argument).is_dir()]
    for path, module in _conftests(config):
        above = any(path.parent in folder.parents for folder in folders)
        visited = any(folder == path.parent or folder in path.parents for folder in folders)
        if above and not visited and FIXTURES.keys() & definitions(module).keys():
            config.args.append(str(path))


def definitions(module: object) -> dict[str, Any]:
    """The fixtures bound in a module, by the name pytest knows them under."""
    found: dict[str, Any] = {}
    for attribute, value in list(vars(module).items()):
        # pytest's own class is private; its name and its two attributes used here are pinned by tests.
        if type(value).__name__ == "FixtureFunctionDefinition":
            renamed = value.name != value.__wrapped__.__name__
            found[value.name if renamed else attribute] = value
    return found


def _written(definition: Any) -> FixtureFunction:
    function: FixtureFunction = inspect.unwrap(definition)
    return function


def _conftests(config: pytest.Config) -> Iterator[tuple[Path, object]]:
    for plugin in config.pluginmanager.get_plugins():
        file = getattr(plugin, "__file__", None)
        if file and Path(file).name == "conftest.py":
            yield Path(file), plugin


def _conftest(config: pytest.Config, path: Path) -> object | None:
    named: object | None = config.pluginmanager.get_plugin(str(path))
    if named is not None:
        return named
    return next((module for file, module in _conftests(config) if file == path), None)


# -- who runs async fixtures ------------------------------------------------------------------------------------------


def _async_marks(config: pytest.Config, path: Path, fixture: str) -> tuple[pytest.MarkDecorator, ...]:
    """The marks for the tests of a client that is made by an async fixture, or of one that rests on an async fixture.

    Such a client belongs to the event loop of its fixture, so the test has to run in that loop too.
    """
    asynchronous = [definition for definition in _closure(config, path, fixture) if _is_async(definition)]
    match _harness(config, asynchronous) if asynchronous else None:
        case "asyncio":
            return (pytest.mark.asyncio(**_loop_scope(config, asynchronous[0])),)
        case "anyio" if _chooses_backend(config, path):
            return (pytest.mark.anyio,)
        case "anyio":
            return (pytest.mark.anyio, _ON_ASYNCIO)
    return ()


# A client may work on asyncio only and show it no sooner than it waits. Who wants trio says so in a fixture of his own.
_ON_ASYNCIO = pytest.mark.parametrize(
    "anyio_backend", [pytest.param("asyncio", id=pytest.HIDDEN_PARAM)], scope="session"
)


def _chooses_backend(config: pytest.Config, path: Path) -> bool:
    """Whether a fixture of the user's says which backends of anyio to run on."""
    own = [module for module in _modules_above(config, path) if "anyio_backend" in definitions(module)]
    return any(getattr(module, "__name__", "") != "anyio.pytest_plugin" for module in own)


def _closure(config: pytest.Config, path: Path, fixture: str) -> Iterator[Any]:
    """The fixture and all those it rests on, as far as modules bind them; nearest first."""
    levels = [definitions(module) for module in _modules_above(config, path)]
    waiting = [(fixture, 0)]
    seen: set[tuple[str, int]] = set()
    while waiting:
        name, start = waiting.pop(0)
        level = next((index for index in range(start, len(levels)) if name in levels[index]), None)
        if level is None or (name, level) in seen:
            continue
        seen.add((name, level))
        definition = levels[level][name]
        yield definition
        # A fixture that asks for its own name means the one it overrides.
        parameters = inspect.signature(definition.__wrapped__).parameters
        waiting += [(wanted, level + 1 if wanted == name else 0) for wanted in parameters]


def _modules_above(config: pytest.Config, path: Path) -> list[object]:
    governing = [(file, module) for file, module in _conftests(config) if file.parent in (path.parent, *path.parents)]
    governing.sort(key=lambda pair: len(pair[0].parts), reverse=True)
    others = [plugin for plugin in config.pluginmanager.get_plugins() if inspect.ismodule(plugin)]
    conftests = [module for _, module in governing]
    return conftests + [plugin for plugin in others if Path(plugin.__file__ or "").name != "conftest.py"]


def _is_async(definition: Any) -> bool:
    function = definition.__wrapped__
    return inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)


def _harness(config: pytest.Config, asynchronous: list[Any]) -> str | None:
    chosen = of(config).harness
    if chosen != "auto":
        return chosen
    plugins = config.pluginmanager
    if plugins.hasplugin("asyncio"):
        mode = config.getoption("asyncio_mode", None) or config.getini("asyncio_mode")
        # In strict mode pytest-asyncio runs only the fixtures that are made with its own decorator.
        if mode == "auto" or any(hasattr(definition, "_force_asyncio_fixture") for definition in asynchronous):
            return "asyncio"
    if plugins.hasplugin("anyio"):
        return "anyio"
    return "asyncio" if plugins.hasplugin("asyncio") else None


def _loop_scope(config: pytest.Config, definition: Any) -> dict[str, str]:
    """The loop in which pytest-asyncio runs that fixture, as arguments for its mark."""
    marker = getattr(definition, "_fixture_function_marker", None)
    scope = getattr(marker, "scope", "function")
    default = config.getini("asyncio_default_fixture_loop_scope")
    if default in (None, "", "fixture-scope"):
        default = scope if isinstance(scope, str) else None
    chosen = getattr(definition, "_loop_scope", None) or default
    return {"loop_scope": chosen} if chosen else {}
