"""What a client does after it should have been stopped, at the request limit, is not held against it."""

from __future__ import annotations

import asyncio
import random
import socket

import aiohttp
import pytest

from pytest_ominigate.collection import scenarios
from pytest_ominigate.transports import make_transport
from pytest_ominigate.trial import Ominigate, Settings

PERSISTS = next(each for each in scenarios() if each.id == "insufficient_balance-persists" and each.operation == "chat")


@pytest.mark.parametrize("name", ["loopback", "vcr"])
def test_the_end_of_a_call_that_sends_beyond_the_limit_is_not_its_own(name: str) -> None:
    """The client cannot be stopped while it enters the block of its request, and so sends one more."""
    with make_transport(name) as transport, Ominigate(transport=transport, settings=Settings()) as ominigate:

        async def ask() -> object:
            body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "ping"}]}
            headers = {"Authorization": f"Bearer {ominigate.api_key}"}
            async with aiohttp.ClientSession(headers=headers) as session:
                while True:
                    async with session.post(f"{ominigate.base_url}/chat/completions", json=body) as response:
                        if response.ok:
                            return await response.json()
                    await asyncio.sleep(1 + random.random())

        result = ominigate.run_scenario(ask, PERSISTS, nodeid="x")

    assert [violation["rule"] for violation in result["violations"]] == ["retried-permanent-error", "endless-retry"]
    assert result["timeline"][-1]["summary"] == "stopped by the harness"


def test_a_client_is_stopped_where_it_waits_for_the_answer_and_not_where_it_sends() -> None:
    """In the middle of a send, an event loop such as trio's would be left unfit for the next call."""
    done: list[str] = []
    body = b'{"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "ping"}]}'
    with make_transport("loopback") as transport, Ominigate(transport=transport, settings=Settings()) as ominigate:
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
        request = f"{head}Authorization: Bearer {ominigate.api_key}\r\n\r\n".encode() + body

        def ask() -> object:
            with socket.create_connection(("127.0.0.1", int(ominigate.root_url.rpartition(":")[2]))) as sock:
                while True:
                    sock.sendall(request)
                    done.append("sent")
                    answer = sock.recv(65536)
                    done.append("received")
                    if answer.startswith(b"HTTP/1.1 200 "):
                        return answer

        ominigate.run_scenario(ask, PERSISTS, nodeid="x")

    assert done[-3:] == ["sent", "received", "sent"]
    assert done.count("sent") == 51
