"""The entry point for pytest: the hooks that every run has, in the order in which pytest calls them.

Loading it imports nothing but pytest; what a hook needs is imported inside it, so that an unused plugin costs next to
nothing. The hooks that generate tests are in ``collection``, those that judge the session in ``gate``.
"""

from __future__ import annotations

import sys
from collections.abc import Generator

import pytest

for _finder in sys.meta_path:
    # pytest would rewrite the assertions of our modules, which have none: seconds, where no bytecode is kept.
    _rewritten = getattr(_finder, "_must_rewrite", None)
    if isinstance(_rewritten, set):
        _rewritten.discard(__package__)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the flags and ini keys.

    https://docs.pytest.org/en/stable/reference/reference.html#std-hook-pytest_addoption
    """
    from . import options

    options.add(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Answer what needs no test run.

    https://docs.pytest.org/en/stable/reference/reference.html#std-hook-pytest_cmdline_main
    """
    from . import starting

    return starting.answer(config)


def pytest_configure(config: pytest.Config) -> None:
    """Offer the marks and fixtures, and register what this run needs.

    https://docs.pytest.org/en/stable/reference/reference.html#std-hook-pytest_configure
    """
    from . import starting

    starting.configure(config)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Tell in one line what is done.

    https://docs.pytest.org/en/stable/reference/reference.html#std-hook-pytest_report_header
    """
    from . import starting

    return starting.header(config)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrise the tests that take a documented error.

    https://docs.pytest.org/en/stable/reference/reference.html#std-hook-pytest_generate_tests
    """
    from . import starting

    starting.generate_error_tests(metafunc)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Give a marked test the gateway.

    https://docs.pytest.org/en/stable/reference/reference.html#std-hook-pytest_itemcollected
    """
    from . import running

    running.insert_fixture(item)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Watch and judge the body of a test that holds the gateway.

    https://docs.pytest.org/en/stable/reference/reference.html#std-hook-pytest_runtest_call
    """
    from . import running

    return (yield from running.watched_call(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Send along what was found out.

    https://docs.pytest.org/en/stable/reference/reference.html#std-hook-pytest_runtest_makereport
    """
    from . import running

    return running.enrich(item, (yield))


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """Show items without a verdict as what they are.

    https://docs.pytest.org/en/stable/reference/reference.html#std-hook-pytest_report_teststatus
    """
    from . import running

    return running.status(report)
