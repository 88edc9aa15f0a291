"""Timelines in a few words: what the tables of the rules are written in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from pytest_ominigate.catalogue import load
from pytest_ominigate.rules import Inconclusive, Rule, Violation
from pytest_ominigate.timeline import (
    Attempt,
    Case,
    Clue,
    Ending,
    EndingKind,
    Reply,
    ReplyKind,
    Request,
    Timeline,
    Trial,
    Wait,
)

CATALOGUE = load()
Answer = Callable[[float, int], Reply]
"""Makes the reply to a request that arrives at that second with that number."""
DATE = "Mon, 01 Jan 2035 00:00:20 GMT"


def error(
    code: str,
    *,
    after: float | None = None,
    date: float | None = None,
    header: str | None = None,
    error_type: str | None = None,
    status: int | None = None,
    resets_in: float | None = None,
    param: str | None = None,
    kind: ReplyKind = ReplyKind.ERROR,
    delivered: str = "",
    request_id: bool = True,
) -> Answer:
    """An error reply; *after* and *date* are seconds to the moment that Retry-After names, *header* is its raw text."""
    entry = CATALOGUE.get(code)

    def answer(at: float, number: int) -> Reply:
        wish = after if date is None else date
        shown = header if header is not None else None if wish is None else DATE if date is not None else f"{wish:g}"
        return Reply(
            kind=kind,
            status=status or (entry.status if entry else 500),
            type=error_type or (entry.type if entry else None),
            code=code,
            param=param or (entry.param if entry else None),
            message=entry.message if entry else None,
            request_id=f"req_{number}" if request_id else None,
            retry_after=shown,
            retry_at=None if wish is None else at + wish,
            resets_at=None if resets_in is None else at + resets_in,
            delivered=delivered,
        )

    return answer


def broken(kind: ReplyKind, *, delivered: str = "", status: int | None = None) -> Answer:
    """A reply without a code."""
    return lambda _at, number: Reply(
        kind=kind,
        status=status,
        request_id=None if kind is ReplyKind.RESET else f"req_{number}",
        delivered=delivered,
    )


def success(delivered: str = "") -> Answer:
    """A whole reply."""
    return lambda _at, number: Reply(
        kind=ReplyKind.SUCCESS, status=200, request_id=f"req_{number}", delivered=delivered
    )


def looked(*, completed: bool) -> Answer:
    """A reply about a video task, and whether it is done."""
    return lambda _at, number: Reply(
        kind=ReplyKind.SUCCESS, status=200, request_id=f"req_{number}", completed=completed
    )


OK = success()
DONE = looked(completed=True)
MAKING = looked(completed=False)
RESET = broken(ReplyKind.RESET)
HTML = broken(ReplyKind.UNREADABLE, status=502)


def cut(delivered: str = "po") -> Answer:
    """A reply that broke off."""
    return broken(ReplyKind.CUT, delivered=delivered, status=200)


def unfinished(delivered: str = "po") -> Answer:
    """A stream that ended without its end."""
    return broken(ReplyKind.UNFINISHED, delivered=delivered, status=200)


def stream_error(code: str = "upstream_failed", delivered: str = "po") -> Answer:
    """An error event in a stream."""
    return error(code, kind=ReplyKind.STREAM_ERROR, status=200, delivered=delivered)


@dataclass(frozen=True)
class Step:
    """One request. What is not given is that of the trial."""

    at: float
    answer: Answer
    traits: dict[str, Any] = field(default_factory=dict)


def step(at: float, answer: Answer, **traits: Any) -> Step:
    """A request with traits of its own: operation, key, model, body (a dict), task, lane, sdk_retry, resumes."""
    return Step(at, answer, traits)


Steps = Sequence[Step | tuple[float, Answer]]


def attempts(steps: Steps, operation: str = "chat") -> tuple[Attempt, ...]:
    """The attempts of a timeline; all alike but for what the steps say."""
    found = []
    for number, each in enumerate(steps, 1):
        now = each if isinstance(each, Step) else Step(*each)
        traits = {"operation": operation, "key": "key 1", "model": "openai/gpt-4o", "lane": 1, **now.traits}
        body = traits.pop("body", None) or _body(traits["operation"], traits["model"], traits.get("task"))
        request = Request(method="POST", path=f"/v1/{traits['operation']}", body=json.dumps(body).encode())
        reply = now.answer(now.at, number)
        found.append(Attempt(number=number, at=now.at, request=request, reply=reply, **traits))
    return tuple(found)


def _body(operation: str, model: str, task: str | None) -> dict[str, Any]:
    if operation in ("video.status", "video.result"):
        return {"task_id": task}
    if operation.startswith(("chat", "messages")):
        return {"model": model, "messages": [{"role": "user", "content": "ping"}]}
    return {"model": model, "prompt": "a lighthouse"}


def raised(*texts: str, lineage: Sequence[str] = ("client.ApiError", "builtins.Exception"), **facts: Any) -> Ending:
    """A call that raised, and what can be read off the exception."""
    clues = tuple(Clue(place="str(exception)", text=text) for text in texts)
    told = {"summary": f"raised {lineage[0]}", "clues": clues, **facts}
    return Ending(kind=EndingKind.RAISED, lineage=tuple(lineage), **told)


def returned(text: str | None = "pong", *, like_healthy: bool | None = True, **facts: Any) -> Ending:
    """A call that returned."""
    told = {"summary": f"returned {text!r}", "text": text, **facts}
    return Ending(kind=EndingKind.RETURNED, like_healthy=like_healthy, **told)


STOPPED = Ending(kind=EndingKind.STOPPED, summary="stopped by the harness")


def telling(attempt: Attempt) -> Ending:
    """The ending that an honest client makes of its last attempt."""
    reply = attempt.reply
    if not attempt.failed:
        return returned(reply.delivered or "pong")
    param = f" (param: {reply.param})" if reply.param else ""
    return raised(f"{reply.code}{param} [{reply.request_id}]")


def trial(
    steps: Steps,
    *,
    operation: str = "chat",
    ending: Ending | Iterable[Ending] | None = None,
    waits: Sequence[Wait] = (),
    stopped: bool = False,
    doubts: Sequence[str] = (),
    status: int | None = None,
    idle: float = 0.0,
) -> Trial:
    """One trial; unless told otherwise, every lane ends as an honest client's would, *idle* seconds after the last."""
    sent = attempts(steps, operation)
    ended = max((each.at for each in sent), default=0.0) + idle
    timeline = Timeline(attempts=sent, waits=tuple(waits), ended=ended)
    if ending is None:
        endings = tuple(telling(timeline.lane(lane)[-1]) for lane in timeline.lanes())
    else:
        endings = (ending,) if isinstance(ending, Ending) else tuple(ending)
    if stopped and ending is None:
        endings = (STOPPED,) * len(endings)
    return Trial(timeline=timeline, endings=endings, stopped=stopped, doubts=tuple(doubts), status=status)


def case(
    *trials: Trial,
    operation: str = "chat",
    scenario: str = "persists",
    code: str | None = None,
    reference: Sequence[Trial] = (),
    tags: Iterable[str] = (),
    limit: int = 50,
    steps: Sequence[str] = (),
) -> Case:
    """The trials of a scenario."""
    return Case(
        operation=operation,
        scenario=scenario,
        trials=trials,
        code=code,
        reference=tuple(reference),
        tags=frozenset(tags),
        limit=limit,
        steps=tuple(steps),
    )


def call(*steps: Step | tuple[float, Answer], operation: str = "chat", **facts: Any) -> Case:
    """A case of one trial."""
    about = {name: facts.pop(name) for name in ("scenario", "code", "tags", "limit", "steps") if name in facts}
    return case(trial(steps, operation=operation, **facts), operation=operation.partition(".")[0], **about)


def video(*steps: tuple[float, str, Answer] | Step, **facts: Any) -> Case:
    """A case of one trial of the video workflow; steps are named ``create``, ``status`` and ``result``."""
    made = [
        each
        if isinstance(each, Step)
        else step(
            each[0],
            each[2],
            operation=f"video.{each[1]}",
            model="google/veo-2" if each[1] == "create" else None,
            task=None if each[1] == "create" else "task_1",
        )
        for each in steps
    ]
    return call(*made, operation="video.create", **facts)


ONE, TWO, THREE = ({"model": "openai/gpt-image-1", "prompt": prompt} for prompt in ("a fox", "a bear", "an owl"))
"""Bodies of three requests."""


WHOLE = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "ping"}]}
STREAMED = {**WHOLE, "stream": True}
"""The same question, to be answered as a whole and as a stream."""


def several(what: Case, *bodies: dict[str, Any]) -> Case:
    """The same of a call that makes several requests by itself, with these bodies."""
    sent = (Request(method="POST", path="/v1/images", body=json.dumps(body).encode()) for body in bodies)
    return replace(what, steps=tuple(request.fingerprint for request in sent))


def backing_off(rows: Iterable[Sequence[float]], code: str = "upstream_failed", **facts: Any) -> Case:
    """A case of one trial for each row of waits: the error for ever, and a client that gives up after the last wait."""
    trials = []
    for waits in rows:
        at = [sum(waits[:number]) for number in range(len(waits) + 1)]
        trials.append(trial([(moment, error(code)) for moment in at]))
    return case(*trials, code=code, tags=facts.pop("tags", ("shape",)), **facts)


def found(rule: Rule, what: Case) -> list[tuple[str, int | None]]:
    """The levels and attempts that the rule finds, and ``inconclusive`` for what it cannot tell."""
    return [_told(finding) for finding in rule.check(what, CATALOGUE)]


def _told(finding: object) -> tuple[str, int | None]:
    if isinstance(finding, Violation):
        return finding.level.value, finding.at
    return ("inconclusive", None) if isinstance(finding, Inconclusive) else ("advice", None)


Table = dict[str, Case] | dict[str, tuple[Case, list[tuple[str, int | None]]]]


def table(rows: Table) -> Any:
    """The rows of a table as parameters, named for what happens in them."""
    pairs = [row if isinstance(row, tuple) else (row, []) for row in rows.values()]
    return pytest.mark.parametrize(("what", "expected"), pairs, ids=list(rows))


def must(at: int | None) -> list[tuple[str, int | None]]:
    """One broken MUST, at that attempt."""
    return [("MUST", at)]


def should(at: int | None) -> list[tuple[str, int | None]]:
    """One broken SHOULD, at that attempt."""
    return [("SHOULD", at)]


UNKNOWN: list[tuple[str, int | None]] = [("inconclusive", None)]
