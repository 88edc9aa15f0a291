"""The judgement of a session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..catalogue import Catalogue
from ..reports.shape import without_findings
from ..timeline import Attempt, Ending, EndingKind, Trial, runs
from ..trial.ending import build
from ..trial.freezing import part
from ..trial.outcome import MARKED, NOTHING_SENT, judged
from ..trial.settings import Settings
from ..trial.watch import OF_THE_CALLER
from .sessions import Session

_UNSEEN = frozenset(("blocking-sleep", "branched-on-status"))
"""Rules that need what a server cannot know: how the client waits, and what it does under another status."""
_WORST_FIRST = ("fail", "inconclusive", "pass")
_SILENT = build(EndingKind.RETURNED)


def verdict(session: Session, catalogue: Catalogue, settings: Settings, *, name: str) -> Mapping[str, Any]:
    """The judgement of a session: one element of the JSON report's results, with ``left_out`` beside it.

    Each call that was told to be over is judged by itself, with what its caller got. Of requests after the last of
    them nobody has said what came of them, so the rules about the caller are left out there. ``left_out`` names all
    rules that some request was not judged by.

    Args:
        session: what happened.
        catalogue: the documented errors.
        settings: how to judge.
        name: what the result is called, as its ``nodeid``.
    """
    told, rest = _told(session), _rest(session)
    results = [
        judged(trials, catalogue, settings, nodeid=name, waive={}, without=without)
        for trials, without in ((rest, OF_THE_CALLER | _UNSEEN), (told, _UNSEEN))
        if trials
    ]
    if not results:
        return _inconclusive(session, name, NOTHING_SENT.partition(";")[0])
    result = min(results, key=lambda found: _WORST_FIRST.index(found["verdict"]))
    if session.plan.scenario is not None:
        result["scenario"] = session.plan.scenario.name
    unmet = session.gateway.unserved
    if result["verdict"] == "pass" and unmet and unmet[0] is session.plan.faults[0]:
        result["verdict"] = "inconclusive"
        result["reasons"] = [*result["reasons"], "the client never made the request that was to fail"]
    return {**result, "left_out": sorted(_UNSEEN | OF_THE_CALLER if rest else _UNSEEN)}


def judged_when(rule: str) -> str:
    """``always``, ``with an outcome`` or ``never``."""
    return "never" if rule in _UNSEEN else "with an outcome" if rule in OF_THE_CALLER else "always"


def _told(session: Session) -> tuple[Trial, ...]:
    starts = [0, *(call.last for call in session.calls)]
    return tuple(
        _trial(session, session.attempts[start : call.last], call.ended, call.ending)
        for start, call in zip(starts, session.calls, strict=False)
    )


def _rest(session: Session) -> tuple[Trial, ...]:
    attempts = session.attempts[session.calls[-1].last if session.calls else 0 :]
    return (_trial(session, attempts, session.clock.now(), _SILENT),) if attempts else ()


def _trial(session: Session, attempts: Sequence[Attempt], ended: float, ending: Ending) -> Trial:
    timeline = part(attempts, (), attempts[0].at, ended)
    doubts = list(session.doubts)
    if session.forgotten:
        doubts.append(f"the first {session.forgotten} requests of the session are forgotten: reset it before each call")
    overran = session.overran and attempts[-1].number == session.requests
    # Many short calls reach the limit as well as one without an end.
    endless = overran and 2 * max(map(len, runs(timeline))) > session.limit
    if overran and not endless:
        doubts.append(f"the session was over after {session.limit} requests: reset it before each call")
    return Trial(timeline=timeline, endings=(ending,), stopped=endless, doubts=tuple(doubts))


def _inconclusive(session: Session, name: str, reason: str) -> Mapping[str, Any]:
    scenario = session.plan.scenario
    result = without_findings(
        "inconclusive",
        nodeid=name,
        operation=scenario.operation if scenario else "chat",
        scenario=scenario.name if scenario else MARKED,
        code=scenario.code if scenario else None,
        status=None,
        reasons=[reason],
    )
    return {**result, "location": None, "left_out": sorted(_UNSEEN | OF_THE_CALLER)}
