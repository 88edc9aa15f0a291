"""What all tests share: the harness that runs pytest inside them."""

from __future__ import annotations

import shutil

import pytest

pytest_plugins = ["pytester"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was not even collected."""
    if shutil.which("node") is None:
        terminalreporter.write_line("tests/serve/test_node.py was not collected: there is no node here")
