"""A client of bare sockets, for what no HTTP library does."""

from __future__ import annotations

import socket
from pathlib import Path

from pytest_ominigate.transports.loopback import LoopbackServer

from .clients import TIMEOUT

ASK = b"POST /v1/chat HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n\r\n{}"
PONG = b'{"text": "pong"}'


def connected(server: LoopbackServer) -> socket.socket:
    """A connection to the server; to be closed by whoever asked for it."""
    return socket.create_connection(("127.0.0.1", int(server.root_url.rpartition(":")[2])), timeout=TIMEOUT)


def open_files() -> int:
    """How many this process has open."""
    return len(list(Path("/dev/fd").iterdir()))
