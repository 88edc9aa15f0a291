"""A clock moved by hand, a gateway that runs by it, and short ways to ask."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pytest_ominigate.catalogue.load import load
from pytest_ominigate.catalogue.model import Catalogue
from pytest_ominigate.gateway import FakeGateway, WireReply, WireRequest
from pytest_ominigate.timeline import Wait

KEY = "sk-omg-test-0001"
CHAT = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "ping"}]}
MESSAGES = {**CHAT, "model": "anthropic/claude-sonnet-4-20250514", "max_tokens": 64}
IMAGE = {"model": "openai/gpt-image-1", "prompt": "a lighthouse"}
VIDEO = {"model": "google/veo-2", "prompt": "waves"}
ROUTES = {
    "chat": ("/v1/chat/completions", CHAT),
    "chat_stream": ("/v1/chat/completions", {**CHAT, "stream": True}),
    "messages": ("/v1/messages", MESSAGES),
    "messages_stream": ("/v1/messages", {**MESSAGES, "stream": True}),
    "image": ("/v1/images", IMAGE),
    "video.create": ("/v1/videos/google/create", VIDEO),
    "video.status": ("/v1/videos/google/status", {"task_id": "task_omg_1"}),
    "video.result": ("/v1/videos/google/result", {"task_id": "task_omg_1"}),
}


class ManualClock:
    """A clock that stands still until a test moves it."""

    waits: tuple[Wait, ...] = ()
    doubts: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.start = datetime(2030, 1, 30, 22, 15, tzinfo=UTC)
        self.seconds = 0.0

    def now(self) -> float:
        return self.seconds

    def wall(self) -> datetime:
        return self.start + timedelta(seconds=self.seconds)

    def advance(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass(frozen=True)
class Answered:
    """A reply, easy to look into."""

    wire: WireReply

    @property
    def status(self) -> int:
        return self.wire.status

    @property
    def headers(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.wire.headers}

    @property
    def json(self) -> Any:
        return json.loads(self.wire.body)

    @property
    def code(self) -> str | None:
        return self.json["error"]["code"] if self.status != 200 else None


class Sender:
    """Sends requests to a gateway in the simplest way."""

    def __init__(self, gateway: FakeGateway) -> None:
        self.gateway = gateway

    def __call__(
        self,
        target: str,
        body: object = None,
        *,
        method: str = "POST",
        key: str | None = KEY,
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> Answered:
        sent = dict(headers or {})
        if key is not None:
            sent.setdefault("Authorization", f"Bearer {key}")
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        request = WireRequest(method=method, target=target, headers=tuple(sent.items()), body=data, **extra)
        return Answered(self.gateway.exchange(request))

    def get(self, target: str, **options: Any) -> Answered:
        return self(target, method="GET", **options)

    def operation(self, name: str, **options: Any) -> Answered:
        """A right request of that operation."""
        target, body = ROUTES[name]
        return self(target, body, **options)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def gateway(catalogue: Catalogue, clock: ManualClock) -> FakeGateway:
    return FakeGateway(catalogue, clock)


@pytest.fixture
def send(gateway: FakeGateway) -> Sender:
    return Sender(gateway)


@pytest.fixture
def events() -> Callable[[WireReply], list[tuple[str | None, Any]]]:
    """The server-sent events of a reply, as (name, data); data that is no JSON stays text."""

    def parse(reply: WireReply) -> list[tuple[str | None, Any]]:
        found = []
        for block in reply.body.decode().split("\n\n")[:-1]:
            lines = dict(line.split(": ", 1) for line in block.split("\n"))
            data = lines["data"]
            found.append((lines.get("event"), data if data == "[DONE]" else json.loads(data)))
        return found

    return parse
