"""What happens before the first test: declarations, answers that need no test, and the parts that are wanted."""

from __future__ import annotations

import sys

import pytest

from . import fixtures, options

_SERVE = """\
ominigate(*codes, times=1, status=None, retry_after=None, on=None, waive=None): let the fake OminiGate answer with \
these errors, then with success, and judge the client when the test returns."""
_NARROW = """\
ominigate_errors(*names): run a test that takes ominigate_error only for these families (types) or codes."""


def answer(config: pytest.Config) -> int | None:
    """Answer ``--ominigate-explain`` or ``--ominigate-list``; None where neither was given.

    Raises:
        pytest.UsageError: nothing has the name to explain; the text names the valid choices.
    """
    name = config.getoption("ominigate_explain", None)
    if name is not None:
        from .reports.explain import explain

        try:
            return _say(explain(name))
        except ValueError as error:
            raise pytest.UsageError(f"--ominigate-explain: {error}") from None
    if config.getoption("ominigate_list", None):
        from .collection import scenarios
        from .gateway.routing import OPERATIONS
        from .reports.explain import listing

        return _say(listing({name: [one.id for one in scenarios() if one.operation == name] for name in OPERATIONS}))
    return None


def _say(text: str) -> int:
    sys.stdout.write(f"{text}\n")
    return pytest.ExitCode.OK


def configure(config: pytest.Config) -> None:
    """Declare the marks, offer the fixtures, and register what this run needs.

    Raises:
        pytest.UsageError: an option is misused.
    """
    for mark in (_SERVE, _NARROW):
        config.addinivalue_line("markers", mark)
    config.pluginmanager.register(fixtures, "ominigate-fixtures")
    if options.in_use(config):
        from .chosen import of

        of(config)  # a misuse is told at once
    if options.generating(config):
        _generate(config)
    if options.gate_wanted(config):
        from .gate import NAME, Gate

        config.pluginmanager.register(Gate(config), NAME)


def _generate(config: pytest.Config) -> None:
    from . import baseline, collection, discovery, rehearsal

    baseline.entries(config)  # a misuse is told at once
    config.pluginmanager.register(collection, "ominigate-collection")
    config.pluginmanager.register(rehearsal, "ominigate-rehearsal")
    discovery.cover_conftests(config)


def header(config: pytest.Config) -> str | None:
    """The line in pytest's header; None where no tests are generated."""
    if not options.generating(config):
        return None
    from .chosen import of

    how = f"transport {of(config).transport}, clock {of(config).clock}"
    return f"ominigate: judging clients against the gateway's errors ({how})"


def generate_error_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrise a test that takes ``ominigate_error``."""
    if "ominigate_error" in metafunc.fixturenames or metafunc.definition.get_closest_marker("ominigate_errors"):
        from . import markers

        markers.generate_tests(metafunc)
