"""``python -m pytest_ominigate serve``."""

from __future__ import annotations

import argparse
import contextlib
import ipaddress
import json
import signal
import socket
import sys
from collections.abc import Sequence
from typing import Self

from ..trial.settings import API_KEY
from .standalone import LIMIT, MOST_SESSIONS, Standalone

_LARGEST_PORT = 65535


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status.

    Args:
        arguments: those after the program's name; None for the process's own.
    """
    options = _parser().parse_args(arguments)
    if not _is_loopback(options.host):
        sys.stderr.write(f"warning: {options.host} is no loopback address: others may reach the fake gateway there\n")
    # The handlers stand before the address is told, so that an answer to it always finds them.
    with _Ending() as ending, contextlib.ExitStack() as stack:
        standalone = Standalone(
            host=options.host, port=options.port, limit=options.limit, max_sessions=options.max_sessions
        )
        try:
            stack.enter_context(standalone)
        except (OSError, UnicodeError) as error:  # a name can be so wrong that it is not even looked up
            sys.stderr.write(f"error: cannot serve at {options.host} port {options.port}: {error}\n")
            return 1
        _tell(standalone, as_json=options.json)
        ending.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pytest_ominigate", description="Tools of pytest-ominigate that need no pytest."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = commands.add_parser(
        "serve",
        help="serve the fake OminiGate gateway over HTTP, for tests in any language",
        description="Serves the fake OminiGate gateway. Script it by POST /__ominigate/script, or by model names such "
        "as ominigate/rate_limited:2; read GET /__ominigate/journal and /__ominigate/verdict. Each API key is a "
        "session of its own. SIGINT or SIGTERM ends it.",
    )
    serve.add_argument("--host", default="127.0.0.1", help="address to listen at (default: %(default)s)")
    serve.add_argument("--port", type=_number(0, _LARGEST_PORT), default=0, help="port (default: 0, any that is free)")
    serve.add_argument(
        "--limit", type=_number(1), default=LIMIT, metavar="N", help="requests of a session (default: %(default)s)"
    )
    serve.add_argument(
        "--max-sessions",
        type=_number(1),
        default=MOST_SESSIONS,
        metavar="N",
        help="sessions to keep; more push out the one used least recently (default: %(default)s)",
    )
    serve.add_argument("--json", action="store_true", help="tell the address as one line of JSON")
    return parser


class _number:  # noqa: N801 - argparse shows the name of a type in its messages
    """Reads a whole number within bounds."""

    def __init__(self, least: int, most: int | None = None) -> None:
        self._least, self._most = least, most

    def __call__(self, text: str) -> int:
        number = int(text) if text.isascii() and text.isdecimal() else -1
        if number < self._least or (self._most is not None and number > self._most):
            span = f"from {self._least} to {self._most}" if self._most else f"from {self._least} up"
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number {span}")
        return number


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _tell(standalone: Standalone, *, as_json: bool) -> None:
    """Say where the gateway is, in one line that whoever started it can wait for."""
    if as_json:
        line = json.dumps(
            {
                "base_url": standalone.base_url,
                "root_url": standalone.root_url,
                "control_url": standalone.control_url,
                "api_key": API_KEY,
            }
        )
    else:
        line = f"fake OminiGate gateway at {standalone.base_url}"
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class _Ending:
    """Waits for SIGINT or SIGTERM."""

    def __enter__(self) -> Self:
        self._signalled, self._signaller = socket.socketpair()
        self._signaller.setblocking(False)
        self._former = {number: signal.signal(number, _ignore) for number in (signal.SIGINT, signal.SIGTERM)}
        self._former_fd = signal.set_wakeup_fd(self._signaller.fileno(), warn_on_full_buffer=False)
        return self

    def wait(self) -> None:
        """Return once a signal has come, also one that came before."""
        self._signalled.recv(1)

    def __exit__(self, *exc_info: object) -> None:
        signal.set_wakeup_fd(self._former_fd)
        for number, handler in self._former.items():
            signal.signal(number, handler)
        self._signaller.close()
        self._signalled.close()


def _ignore(_number: int, _frame: object) -> None:
    """Stands for the default, which would end the process; the wakeup file descriptor tells of the signal."""
