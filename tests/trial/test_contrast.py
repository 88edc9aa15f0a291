"""Whether the build of a result tells of a failure, whatever its wording: by comparison with a healthy one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import pytest

from .endings import ending_with

if TYPE_CHECKING:
    from pytest_ominigate.timeline import Ending


class State(Enum):
    DONE = 1
    OFFLINE = 2
    PENDING = 3


class Zustand(StrEnum):
    FERTIG = "fertig"
    AUS = "aus"


@dataclass
class Job:
    state: object
    answer: str | None = None
    note: str | None = None


@dataclass
class Answer:
    text: str | None = None
    sure: float = 1.0


@dataclass
class NoAnswer(Answer):
    pass


@dataclass
class Unreachable:
    detail: str = ""


class Row(NamedTuple):
    prompt: str
    outcome: str
    text: str


def contrast(healthy: object, result: object) -> Ending:
    return ending_with(result, healthy=healthy, replies=())


TELLING: dict[str, tuple[Any, Any]] = {
    "another tag": (("ok", "pong"), ("offline", "the model cannot be reached")),
    "another tag in a list": (["ok", "pong"], ["nope", ""]),
    "another tag with more behind it": ({"waves": ("ok", "pong")}, {"waves": ("offline", "gone", None, None)}),
    "a tag before pieces": (("ok", ["po", "ng"]), ("offline", [])),
    "a body and its status": (({"answer": "pong"}, 200), ({"detail": "later"}, 503)),
    "a response": (httpx.Response(200, json={"answer": "pong"}), httpx.Response(503, json={"detail": "later"})),
    "a status in a member": ({"status_code": 200, "text": "pong"}, {"status_code": 500, "text": ""}),
    "a status where there was none": ({"content": "pong"}, {"title": "unreachable", "status": 503}),
    "a status by itself": (200, 503),
    "an exit status": (0, 1),
    "a class of its own": (Answer("pong"), Unreachable("gone")),
    "a class of its own that is empty": (Answer("pong"), Unreachable()),
    "a class of its own for no answer": (Answer("pong"), NoAnswer()),
    "a class of its own in place of a text": ("pong", Unreachable("gone")),
    "a class of its own in a list": ([Answer("pong")], [Unreachable()]),
    "a mapping in place of a class": (Answer("pong"), {"hinweis": "gone"}),
    "another member of an enum": (Job(State.DONE, "pong"), Job(State.OFFLINE)),
    "an enum by itself": (State.DONE, State.OFFLINE),
    "an enum of strings by itself": (Zustand.FERTIG, Zustand.AUS),
    "a state in words": ({"state": "fertig", "text": "pong"}, {"state": "aus", "text": ""}),
    "rows with an outcome": ([Row("ping", "answered", "pong")], [Row("ping", "not reachable", "gone")]),
    "another member filled": ({"antwort": "pong", "fehler": None}, {"antwort": None, "fehler": "Kein Netz."}),
    "another member filled that was absent": ({"antwort": "pong"}, {"hinweis": "Kein Netz."}),
    "another position filled": (("pong", None), (None, "Kein Netz.")),
    "the same in JSON": (json.dumps({"antwort": "pong"}), json.dumps({"antwort": None, "hinweis": "Kein Netz."})),
    "a flag": ({"antwort": "pong", "erfolg": True}, {"antwort": "", "erfolg": False}),
}

SILENT: dict[str, tuple[Any, Any]] = {
    "nothing": (Answer("pong"), None),
    "an object of no class of its own": ("pong", object()),
    "an empty text": (Answer("pong"), ""),
    "an empty list": (["pong"], []),
    "an empty mapping": (Answer("pong"), {}),
    "no": (Answer("pong"), False),
    "the same class, empty": (Answer("pong"), Answer()),
    "the same class with an empty text": (Answer("pong"), Answer("")),
    "the same class and its numbers": (Answer("pong", 0.9), Answer("", 0.0)),
    "an empty member": ({"text": "pong"}, {"text": ""}),
    "done without an answer": (Job(State.DONE, "pong"), Job(State.DONE)),
    "still at it": (Job(State.DONE, "pong"), Job(State.PENDING)),
    "still at it in words": ({"status": "completed", "url": "pong"}, {"status": "processing", "url": None}),
    "an apology": ("pong", "Sorry, try again later."),
    "an apology for an object": (Answer("pong"), "Sorry, try again later."),
    "an apology within": ({"text": "pong", "lang": "en"}, {"text": "Sorry!", "lang": "en"}),
    "an apology behind the tag": (("ok", "pong"), ("ok", "Sorry!")),
    "an apology in a list": (["pong"], ["Sorry!"]),
    "an apology in pieces": (["po", "ng"], ["So", "rry", "!"]),
    "an apology first": (("pong", 0.3), ("Sorry!", 0.0)),
    "an apology as JSON": ('{"text": "pong"}', '{"text": "Sorry!"}'),
    "a placeholder": ({"picture": "a.png", "alt": "a fox"}, {"picture": "none.png", "alt": "a fox"}),
    "a part": ([("delta", "po"), ("delta", "ng"), ("end", "")], [("delta", "po"), ("end", "")]),
    "a part in events": (
        [{"event": "start"}, {"event": "delta", "text": "pong"}, {"event": "end"}],
        [{"event": "start"}, {"event": "end"}],
    ),
    "a part, and its flags": (
        [{"text": "po", "done": False}, {"text": "ng", "done": False}, {"done": True}],
        [{"text": "po", "done": False}, {"done": True}],
    ),
    "a finish reason": ({"text": "pong", "finish_reason": None}, {"text": "", "finish_reason": "stop"}),
    "more tries": ({"text": "pong", "attempts": 1}, {"text": "", "attempts": 5, "notes": ["gave it 5 tries"]}),
    "another number": (4, 3),
    "a number of words": ({"words": 210, "text": "pong"}, {"words": 410, "text": ""}),
}

UNCLEAR: dict[str, tuple[Any, Any]] = {
    "another text beside no answer": (
        {"zustand": "fertig", "bild": "a fox"},
        {"zustand": "kein Netz", "bild": None},
    ),
    "another text beside the answer": ({"text": "pong", "zustand": "da"}, {"text": "", "zustand": "weg"}),
    "another text in another script": ({"text": "pong", "да": "да"}, {"text": "", "да": "нет"}),
    "a member more": ({"text": "pong"}, {"text": "Sorry!", "hinweis": "kein Netz"}),
    "a mapping in place of a text": ("pong", {"hinweis": "kein Netz"}),
    "a number in place of a text": ("pong", -1),
    "a text where nothing is usual": (None, "kein Netz"),
    "a text where a flag is usual": (True, "kein Netz"),
}


@pytest.mark.parametrize(("healthy", "result"), TELLING.values(), ids=list(TELLING))
def test_its_build_tells(healthy: object, result: object) -> None:
    ending = contrast(healthy, result)

    assert (ending.tells_failure, ending.unclear) == (True, False)


@pytest.mark.parametrize(("healthy", "result"), SILENT.values(), ids=list(SILENT))
def test_its_build_tells_nothing(healthy: object, result: object) -> None:
    ending = contrast(healthy, result)

    assert (ending.like_healthy, ending.tells_failure, ending.unclear) == (False, False, False)


@pytest.mark.parametrize(("healthy", "result"), UNCLEAR.values(), ids=list(UNCLEAR))
def test_it_says_what_nobody_understands(healthy: object, result: object) -> None:
    ending = contrast(healthy, result)

    assert (ending.tells_failure, ending.unclear) == (False, True)


@pytest.mark.parametrize(("healthy", "_"), [*TELLING.values(), *SILENT.values(), *UNCLEAR.values()])
def test_a_healthy_result_tells_nothing(healthy: object, _: object) -> None:
    ending = contrast(healthy, healthy)

    assert (ending.like_healthy, ending.tells_failure, ending.unclear) == (True, False, False)
