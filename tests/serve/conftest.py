"""A gateway to be asked without a socket, and what to do where there is no Node."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from pytest_ominigate.gateway import WireReply, WireRequest
from pytest_ominigate.serve import Standalone

KEY = "sk-omg-one"
CHAT = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "ping"}]}
NODE = shutil.which("node")

# tests/conftest.py says so at the end of the run.
collect_ignore = [] if NODE else ["test_node.py"]


@dataclass(frozen=True)
class Answered:
    """A reply, easy to look into."""

    wire: WireReply

    @property
    def status(self) -> int:
        return self.wire.status

    @property
    def json(self) -> Any:
        return json.loads(self.wire.body)

    @property
    def code(self) -> str | None:
        return self.json["error"]["code"] if self.status != 200 else None


@dataclass(frozen=True)
class Session:
    """Speaks to a gateway with one API key (or without one)."""

    standalone: Standalone
    key: str | None = KEY

    def send(self, target: str, body: object = None, method: str = "POST", **headers: str) -> Answered:
        named = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        sent = tuple({**named, **headers}.items())
        return Answered(self.standalone.exchange(WireRequest(method=method, target=target, headers=sent, body=data)))

    def chat(self, model: str = "openai/gpt-4o", **members: object) -> Answered:
        return self.send("/v1/chat/completions", {**CHAT, "model": model, **members})

    def chats(self, count: int, **members: Any) -> list[int]:
        """The statuses of so many equal requests."""
        return [self.chat(**members).status for _ in range(count)]

    def post(self, call: str, body: object = None) -> Answered:
        return self.send(f"/__ominigate/{call}", body)

    def get(self, call: str) -> Answered:
        return self.send(f"/__ominigate/{call}", method="GET")

    def script(self, **members: object) -> Answered:
        answered = self.post("script", members)
        assert answered.status == 200, answered.json
        return answered

    @property
    def journal(self) -> Any:
        return self.get("journal").json

    @property
    def verdict(self) -> Any:
        return self.get("verdict").json

    @property
    def broken(self) -> list[str]:
        """The MUSTs that the verdict finds broken."""
        return [each["rule"] for each in self.verdict["violations"] if each["level"] == "MUST"]


@pytest.fixture
def standalone() -> Standalone:
    return Standalone(limit=10, max_sessions=3)


@pytest.fixture
def session(standalone: Standalone) -> Session:
    return Session(standalone)


@pytest.fixture
def running() -> Iterator[Standalone]:
    """A gateway that listens."""
    with Standalone() as standalone:
        yield standalone
