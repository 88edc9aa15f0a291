"""What a client does after it should have been stopped, at the request limit, is not held against it."""

from __future__ import annotations

import asyncio
import random

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
