"""Servers such as a test might run in its own process, by the age of their threads."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any

HANG = "hang"
Answered = tuple[int, dict[str, str], dict[str, Any]]
"""Status, headers, body."""
Answer = Callable[[], Any]
"""Called for each request; gives ``(status, headers, body)``, or ``HANG``, which is no answer at all."""
MESSAGE = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "pong"}}
PONG = {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [MESSAGE]}
OK: Answered = (200, {}, PONG)
LIMITED: Answered = (429, {}, {"error": {"message": "slow down", "type": "rate_limit_error"}})


class Gate:
    """Answers from a script, then with success, and notes when each request arrived."""

    def __init__(self, now: Callable[[], float], *script: Any) -> None:
        self._now = now
        self.script = list(script)
        self.arrivals: list[float] = []

    def __call__(self) -> Any:
        self.arrivals.append(self._now())
        return self.script.pop(0) if self.script else OK

    @property
    def gaps(self) -> list[float]:
        """The seconds between one request and the next."""
        return [round(after - before, 9) for before, after in pairwise(self.arrivals)]


class ThreadedServer(ThreadingHTTPServer):
    """A thread for each connection, as ``http.server`` has it."""

    request_queue_size = 128
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        self.answer: Answer = lambda: OK
        self.hung = threading.Event()
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that has left is no news."""

    @contextmanager
    def running(self) -> Iterator[ThreadedServer]:
        thread = threading.Thread(target=self.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield self
        finally:
            self.hung.set()
            self.shutdown()
            thread.join()
            self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: ThreadedServer

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = self.server.answer()
        if answer == HANG:
            self.server.hung.wait()
            self.close_connection = True
            return
        status, headers, body = answer
        text = json.dumps(body).encode()
        self.send_response(status)
        headers = {**headers, "Content-Type": "application/json", "Content-Length": str(len(text))}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST  # noqa: N815 - the name that the library looks for

    def log_message(self, *args: object) -> None:
        pass


class LoopServer:
    """asyncio streams in a loop in a thread of its own."""

    def __init__(self) -> None:
        self.answer: Answer = lambda: OK
        self.hung = asyncio.Event()
        self.url = ""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if b"content-length" in line]
                await reader.readexactly(int(length[0]) if length else 0)
                answer = self.answer()
                if answer == HANG:
                    await self.hung.wait()
                    return
                status, headers, body = answer
                text = json.dumps(body)
                headers = {**headers, "Content-Type": "application/json", "Content-Length": len(text)}
                lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in headers.items()), "", text]
                writer.write("\r\n".join(lines).encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _main(self, ready: threading.Event) -> None:
        self._stop = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=128)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        ready.set()
        await self._stop.wait()
        self.hung.set()
        server.close()
        await asyncio.sleep(0)

    @contextmanager
    def running(self) -> Iterator[LoopServer]:
        ready = threading.Event()
        thread = threading.Thread(target=asyncio.run, args=(self._main(ready),))
        thread.start()
        ready.wait()
        try:
            yield self
        finally:
            self._loop.call_soon_threadsafe(self._stop.set)
            thread.join()
