"""What all tests share: the harness that runs pytest inside them."""

from __future__ import annotations

import shutil
import signal

import pytest

pytest_plugins = ["pytester"]

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # So it is in a job that a shell runs in the background, and in all that it starts: no Ctrl-C would be heard.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was not even collected."""
    if shutil.which("node") is None:
        terminalreporter.write_line("tests/serve/test_node.py was not collected: there is no node here")
