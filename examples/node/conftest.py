"""Lets pytest-ominigate judge a client that is written in JavaScript."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_ominigate import Ominigate

HERE = Path(__file__).parent


class ClientError(Exception):
    """The client ended with an error. The message is what it wrote about it."""


@pytest.fixture
def ask(ominigate: Ominigate) -> Callable[[], str]:
    """Run the client once: the answer that it prints, or the error that it ends with."""

    def run() -> str:
        environment = {**os.environ, "BASE_URL": ominigate.base_url, "API_KEY": ominigate.api_key}
        command = ["node", "client.mjs", "ping"]
        done = subprocess.run(command, cwd=HERE, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ClientError(done.stderr.strip())
        return done.stdout.strip()

    return run


@pytest.fixture
def ominigate_chat(ask: Callable[[], str]) -> Callable[[], str]:
    """Tell the plugin which call to judge."""
    return ask
