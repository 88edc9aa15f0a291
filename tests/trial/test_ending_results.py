"""Whether a returned value is like the healthy one, whether it tells of the failure, and what text it carries."""

from __future__ import annotations

import base64
import io
from collections import namedtuple
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import pydantic
import pytest
from openai.types import chat

from pytest_ominigate.timeline import EndingKind, Reply, ReplyKind
from pytest_ominigate.trial.ending import build
from pytest_ominigate.trial.snapshot import snapshot

from .endings import KEY, RATE_LIMITED, ending_with

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class Result:
    ok: bool = True
    text: str | None = None
    error: Any = None
    attempts: int = 1
    request_id: str | None = None
    notes: list[str] = field(default_factory=list)


class Slotted:
    __slots__ = ("_inner_value",)

    def __init__(self, inner_value: object) -> None:
        self._inner_value = inner_value


class Success(Slotted):
    """As result libraries have it: nothing public but methods."""


class Failure(Slotted):
    pass


class Partial(Slotted):
    pass


class Transcript(NamedTuple):
    text: str
    complete: bool


class Answer(pydantic.BaseModel):
    content: str | None = None
    error: str | None = None


class State(Enum):
    MADE = "made"
    FAILED = "failed"


Pair = namedtuple("Pair", ["answer", "err"])  # noqa: PYI024 - as older clients have it
PNG = base64.b64decode("iVBORw0KGgoAAAAN")


def completion(text: str, number: int) -> chat.ChatCompletion:
    return chat.ChatCompletion.model_validate(
        {
            "id": f"chatcmpl-omg-{number}",
            "created": 1_700_000_000 + number,
            "model": "openai/gpt-4o",
            "object": "chat.completion",
            "choices": [
                {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}},
            ],
        }
    )


@pytest.mark.parametrize(
    ("healthy", "recovered"),
    [
        ("pong", "pong"),
        ("pong", " Pong!"),
        (Result(text="pong"), Result(text="pong", attempts=3, request_id="req_omg_3", notes=["429, waited 1.2 s"])),
        (Result(text="pong"), Result(text="pong", error="rate_limited, then fine")),
        (completion("pong", 1), completion("pong", 4)),
        (["po", "ng"], ["pong"]),
        (b"pong", b"pong"),
        (True, True),
        (None, None),
        (4, 4),
        (PNG, PNG),
        (io.BytesIO(PNG), io.BytesIO(PNG)),
        ("https://x/files/img_omg_1_0.png", "https://x/files/img_omg_3_0.png"),
        ("/tmp/tmpabcd1234/a.png", "/tmp/tmpzyxw9876/a.png"),
        (Success(True), Success(True)),
        ({"done": True, "elapsed": 0.1}, {"done": True, "elapsed": 7.25, "retried": True}),
        ({"done": True, "error": None}, {"done": True}),
        ({"done": True, "retries": 0, "model": "a/b"}, {"done": True, "retries": 2, "model": "c/d"}),
        ('{"id": "chatcmpl-omg-1", "done": true}', '{"id": "chatcmpl-omg-2", "done": true}'),
        (SimpleNamespace(done=True, at="2026-01-01T00:00:00Z"), SimpleNamespace(done=True, at="2026-01-01T00:00:09Z")),
        ([], []),
        (Path("pictures/1.png"), Path("pictures/2.png")),
        ("pictures/85e94377edd44f4baff7cffe98ef608f.png", "pictures/1b0c9a7ed4f94d1e9f0a7c1a2b3c4d5e.png"),
        ("pictures/85e94377edd4.png", "pictures/1b0c9a7ed4f9.png"),
    ],
)
def test_a_recovered_result_is_like_the_healthy_one(healthy: object, recovered: object) -> None:
    assert ending_with(recovered, healthy=healthy).like_healthy is True


@pytest.mark.parametrize(
    ("healthy", "result"),
    [
        ("pong", "po"),
        ("pong", ""),
        ("pong", None),
        ("pong", "Sorry, try again later."),
        (Result(text="pong"), Result(text=None, error="rate_limited")),
        (completion("pong", 1), completion("", 2)),
        (["po", "ng"], ["po"]),
        ("pong", {"text": "pong"}),
        (True, False),
        (None, "error"),
        (4, 0),
        (4, True),
        (PNG, PNG[:-1]),
        (io.BytesIO(PNG), io.BytesIO()),
        (Success(True), Failure(True)),
        ({"done": True}, {"done": False}),
        ({"done": True}, {}),
        ({"error": None}, {"error": "rate_limited"}),
        ({"error": None}, {"error": {"code": "rate_limited"}}),
        ({"count": {"of": "x"}, "url": "a"}, {"count": {"of": "x"}, "url": None}),
        ({"items": ["a"]}, {"items": []}),
        ("x", ValueError("x")),
    ],
)
def test_a_result_without_the_answer_is_not(healthy: object, result: object) -> None:
    assert ending_with(result, healthy=healthy).like_healthy is False


@pytest.mark.parametrize(
    ("healthy", "result", "unlike"),
    [
        ("pong", None, "a healthy call returns text"),
        ("pong", "po", "a healthy call returns what the gateway sent, 'pong'"),
        (4, 0, "a healthy call returns 4"),
        (Success(True), Failure(True), f"a healthy call returns {__name__}.Success"),
        ({"done": True}, {"done": False}, "result['done'] is False, in a healthy call True"),
        ({"done": True}, {}, "result['done'] is None, in a healthy call True"),
        ({"text": "x" * 99}, {"text": "y"}, f"result['text'] is 'y', in a healthy call '{'x' * 56}..."),
        ("pong", "pong", ""),
    ],
)
def test_it_is_told_what_is_unlike(healthy: object, result: object, unlike: str) -> None:
    assert ending_with(result, healthy=healthy, tokens=["pong"]).unlike == unlike


EVENTS = [{"event": "delta", "text": "po"}, {"event": "delta", "text": "ng"}, {"event": "done"}]
FRAMES = ["event: delta\ndata: po\n\n", "event: delta\ndata: ng\n\n", "event: done\n\n"]


@pytest.mark.parametrize(
    ("healthy", "retry"), [(EVENTS, {"event": "retrying"}), (FRAMES, "event: retrying\n\n")], ids=["events", "frames"]
)
class TestStreamsOfEvents:
    """A list of what was streamed, with names of events between the pieces of the text."""

    def test_what_tells_of_a_retry_may_come_first(self, healthy: list[Any], retry: Any) -> None:
        assert ending_with([retry, *healthy], healthy=healthy, tokens=["pong"]).like_healthy is True

    def test_or_in_between(self, healthy: list[Any], retry: Any) -> None:
        assert ending_with([healthy[0], retry, *healthy[1:]], healthy=healthy, tokens=["pong"]).like_healthy is True

    def test_but_nothing_may_be_missing(self, healthy: list[Any], retry: Any) -> None:
        assert ending_with([retry, healthy[0], healthy[2]], healthy=healthy, tokens=["pong"]).like_healthy is False

    def test_nor_everything(self, healthy: list[Any], retry: Any) -> None:
        assert ending_with([retry], healthy=healthy, tokens=["pong"]).like_healthy is False


def test_nothing_is_said_where_no_healthy_result_is_known() -> None:
    assert build(EndingKind.RETURNED, "pong").like_healthy is None


@pytest.mark.parametrize(
    ("healthy", "result"),
    [
        ("pong", "Error: rate_limited"),
        ("pong", "Rate limited"),
        ("pong", "HTTP 429"),
        ("pong", "Too many requests."),
        ("pong", "see req_omg_000001"),
        ("pong", RuntimeError("no")),
        ("pong", {"error": {"code": "rate_limited"}}),
        ("pong", (None, RuntimeError("no"))),
        (200, 429),
        (Result(text="pong"), Result(ok=False)),
        (Result(text="pong"), Result(error="boom")),
        (Result(text="pong"), Result(error=RuntimeError("boom"))),
        (Success("pong"), Failure("boom")),
        (("pong", None), (None, "boom")),
        (Pair("pong", None), Pair(None, "boom")),
        (Answer(content="pong"), Answer(error="boom")),
        ({"status": "completed", "url": "u"}, {"status": "failed", "url": None}),
        (SimpleNamespace(state=State.MADE), SimpleNamespace(state=State.FAILED)),
        ({"text": "pong", "is_error": False}, {"text": "", "is_error": True}),
        ({"text": "pong", "lastError": None}, {"text": "", "lastError": "gave up"}),
        (httpx.Response(200, json={"text": "pong"}), httpx.Response(429)),
        ([Success("pong")], [Failure("boom")]),
    ],
)
def test_a_result_that_speaks_of_the_failure_tells_it(healthy: object, result: object) -> None:
    assert ending_with(result, healthy=healthy).tells_failure is True


@pytest.mark.parametrize(
    ("healthy", "result"),
    [
        ({"text": "pong", "truncated": False}, {"text": "po", "truncated": True}),
        ({"text": "pong"}, {"text": "po", "interrupted": True}),
        ({"text": "pong", "complete": True}, {"text": "po", "complete": False}),
        ({"text": "pong", "is_whole": True}, {"text": "po", "is_whole": False}),
        ({"text": "pong", "finished": True}, {"text": "po", "finished": False}),
        ({"text": "pong", "status": "completed"}, {"text": "po", "status": "partial"}),
        ({"text": "pong", "finish_reason": "stop"}, {"text": "po", "finish_reason": "interrupted"}),
        (Success("pong"), Partial("po")),
        (("pong", True), ("po", False)),
        (Transcript("pong", True), Transcript("po", False)),
    ],
)
def test_a_result_that_says_that_it_is_not_whole_tells_the_failure(healthy: object, result: object) -> None:
    assert ending_with(result, healthy=healthy).tells_failure is True


@pytest.mark.parametrize(
    ("healthy", "result"),
    [
        ("pong", None),
        ("pong", ""),
        ("pong", False),
        ("pong", "Sorry, I cannot answer that."),
        ("pong", "po"),
        (True, False),
        (["pong"], []),
        (completion("pong", 1), completion("", 2)),
        ({"text": "pong", "error": None}, {"text": None, "error": None}),
        ({"text": "pong", "finish_reason": None}, {"text": "po", "finish_reason": "stop"}),
        (Result(text="pong"), Result(text="fallback", attempts=5)),
        (("pong", 1), (None, 5)),
        ("pong", "4290 words"),
    ],
)
def test_an_empty_or_a_fallback_result_tells_nothing(healthy: object, result: object) -> None:
    assert ending_with(result, healthy=healthy).tells_failure is False


PAGE = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><h1>502 Bad Gateway</h1></body>\r\n</html>\r\n"
HTML = Reply(kind=ReplyKind.UNREADABLE, status=502, page=PAGE, request_id="req_omg_000002")


@pytest.mark.parametrize(
    ("result", "tells"),
    [
        (PAGE, False),
        (PAGE.encode(), False),
        (str(PAGE.encode()), False),
        (f" {PAGE.strip()}", False),
        (PAGE[:40], False),
        ("".join(PAGE.splitlines()), False),
        ({"text": PAGE}, False),
        (f"HTTP 502: {PAGE}", True),
        ("502 Bad Gateway", True),
        ({"text": PAGE, "said": 502}, True),
        (f"{PAGE} (req_omg_000002)", True),
    ],
)
def test_a_page_handed_out_as_it_came_tells_nothing(result: object, tells: bool) -> None:
    assert ending_with(result, healthy="pong", replies=(HTML,)).tells_failure is tells


def test_what_the_healthy_result_says_as_well_tells_nothing() -> None:
    healthy = {"text": "pong", "codes": ["rate_limited"], "ok": False, "problems": "none known"}

    assert ending_with({**healthy, "text": ""}, healthy=healthy).tells_failure is False


def test_a_failure_is_told_where_no_healthy_result_is_known() -> None:
    assert build(EndingKind.RETURNED, Result(ok=False)).tells_failure
    assert not build(EndingKind.RETURNED, Result(), replies=(RATE_LIMITED,)).tells_failure


@pytest.mark.parametrize(
    ("result", "text"),
    [
        ("pong", "pong"),
        (b"pong", "pong"),
        (["po", "ng"], "pong"),
        (Transcript("pong", True), "pong"),
        ({"id": "chatcmpl-omg-1", "text": "pong"}, "pong"),
        (completion("popong", 1), "popong"),
        ([SimpleNamespace(id="a", delta=SimpleNamespace(content=part)) for part in ("po", "ng")], "pong"),
        (Answer(content="pong"), "pong"),
        (httpx.Response(200, json={"choices": [{"message": {"role": "assistant", "content": "pong"}}]}), "pong"),
        (None, None),
        (True, None),
        (5, None),
        ({"seed": 5, "role": "user"}, None),
        (RuntimeError("pong"), None),
    ],
)
def test_the_text_of_a_result_is_found(result: object, text: str | None) -> None:
    assert build(EndingKind.RETURNED, result).text == text


def test_the_answer_is_told_from_other_texts_by_what_the_gateway_sends() -> None:
    result = {"text": "you asked: ping", "said": "pong"}

    assert build(EndingKind.RETURNED, result, tokens=("pong",)).text == "pong"


@pytest.mark.parametrize(
    "make",
    [
        lambda: {"text": KEY, KEY: "x"},
        lambda: KEY,
        lambda: [f"Bearer {KEY}".encode()],
        lambda: RuntimeError(KEY),
    ],
)
def test_a_snapshot_holds_no_key(make: Callable[[], object]) -> None:
    assert KEY not in repr(snapshot(make(), secrets=(KEY,)))
