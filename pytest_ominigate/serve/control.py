"""The control API under ``/__ominigate/``: what tests in other languages script and read back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from ..catalogue import Catalogue, unknown_name
from ..gateway import WireReply, WireRequest, scenarios
from ..gateway.keyring import accepted, credential
from ..rules import RULES
from ..trial.settings import Settings
from .journal import fault_shown, journal
from .outcome import read_ending
from .replies import ControlError, answer, read_object, refusal
from .scripting import read_plan
from .sessions import Session, Sessions
from .verdict import judged_when, verdict

PATH = "__ominigate"
LARGEST_BODY = 64 * 1024
"""Bytes in the body of a control call."""
_YES = {"": True, "1": True, "true": True, "0": False, "false": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    """A control call, read."""

    request: WireRequest
    query: Mapping[str, str]

    @property
    def key(self) -> str | None:
        """The API key that names the session."""
        return self.query["key"] if "key" in self.query else credential(self.request)


def is_control(request: WireRequest) -> bool:
    """Whether a request is meant for the control API; it may begin with ``/v1``, like all others."""
    return _segments(request)[:1] == [PATH]


class Control:
    """Answers control calls. Each is about one session, named by ``Authorization``, ``x-api-key`` or ``?key=``."""

    def __init__(self, catalogue: Catalogue, sessions: Sessions, *, limit: int) -> None:
        self._catalogue = catalogue
        self._sessions = sessions
        self._limit = limit
        self._calls: Mapping[str, tuple[str, Callable[[_Ask], object]]] = {
            "script": ("POST", self._script),
            "reset": ("POST", self._reset),
            "outcome": ("POST", self._outcome),
            "journal": ("GET", self._journal),
            "verdict": ("GET", self._verdict),
            "scenarios": ("GET", self._list_scenarios),
            "rules": ("GET", self._list_rules),
        }

    def exchange(self, request: WireRequest) -> WireReply:
        """Carry a control call out, or say what is wrong with it."""
        try:
            return answer(self._carry_out(request))
        except ControlError as error:
            return refusal(error)

    def _carry_out(self, request: WireRequest) -> object:
        name = "/".join(_segments(request)[1:])
        if not name:
            return {"calls": [f"{method} /{PATH}/{each}" for each, (method, _) in self._calls.items()]}
        if name not in self._calls:
            raise ControlError(unknown_name("control call", name, self._calls), 404)
        method, carry_out = self._calls[name]
        if request.method.upper() != method:
            raise ControlError(f"{name} is asked for with {method}, not {request.method}", 405)
        query = parse_qs(request.target.partition("?")[2], keep_blank_values=True)
        return carry_out(_Ask(request=request, query={each: values[-1] for each, values in query.items()}))

    # Changing a session

    def _script(self, ask: _Ask) -> object:
        key = self._own_key(ask)
        plan = read_plan(read_object(ask.request.body, LARGEST_BODY), self._catalogue)
        for other in plan.keys:
            _check_key(other)
        try:
            self._sessions.begin(key, plan)
        except ValueError as error:
            raise ControlError(str(error).removeprefix("ominigate: ")) from None
        return {"faults": [fault_shown(fault) for fault in plan.faults]}

    def _reset(self, ask: _Ask) -> object:
        self._sessions.begin(self._own_key(ask), read_plan({"script": []}, self._catalogue))
        return {"faults": []}

    def _outcome(self, ask: _Ask) -> object:
        session = self._found(ask)
        data = read_object(ask.request.body, LARGEST_BODY)
        attempts = session.attempts[session.calls[-1].last if session.calls else 0 :]
        if not attempts:
            raise ControlError("no request has come since the last outcome or reset, so there is nothing to judge", 409)
        session.end_call(read_ending(data, attempts, session.gateway.secrets))
        return {"calls": len(session.calls), "requests": len(attempts)}

    # Reading it back

    def _journal(self, ask: _Ask) -> object:
        return journal(self._found(ask))

    def _verdict(self, ask: _Ask) -> object:
        session = self._found(ask)
        strict = ask.query.get("strict", "0").lower()
        if strict not in _YES:
            raise ControlError(unknown_name("choice for strict", strict, ("true", "false")))
        settings = Settings(
            clock="real",
            limit=self._limit,
            strict=_YES[strict],
            select=_rules(ask.query.get("select")),
            ignore=_rules(ask.query.get("ignore")) or frozenset(),
        )
        return verdict(session, self._catalogue, settings, name=ask.query.get("name") or "serve")

    # What there is

    def _list_scenarios(self, _ask: _Ask) -> object:
        return {
            "scenarios": [
                {
                    "scenario": f"{scenario.operation}/{scenario.id}",
                    "operation": scenario.operation,
                    "code": scenario.code,
                    "status": scenario.status,
                    "faults": [fault_shown(fault) for fault in scenario.faults],
                }
                for scenario in scenarios(self._catalogue)
            ]
        }

    def _list_rules(self, _ask: _Ask) -> object:
        return {
            "rules": [
                {
                    "rule": rule.name,
                    "level": rule.level.value,
                    "duty": rule.duty,
                    "section": rule.section,
                    "judged": judged_when(rule.name),
                }
                for rule in RULES
            ]
        }

    # Sessions

    def _own_key(self, ask: _Ask) -> str:
        key = ask.key
        if key is None:
            raise ControlError(
                "name the session by its API key: Authorization: Bearer sk-omg-..., x-api-key, or ?key=sk-omg-...", 401
            )
        _check_key(key)
        return key

    def _found(self, ask: _Ask) -> Session:
        # Requests without a key, or with a wrong one, have a journal, too.
        session = self._sessions.find(ask.key or "")
        if session is None:
            raise ControlError(
                "no session of that key: nothing came with it and nothing was scripted for it, or newer ones took its "
                "place. Name it by Authorization: Bearer sk-omg-..., x-api-key, or ?key=sk-omg-...",
                404,
            )
        return session


def _check_key(key: str) -> None:
    if not accepted(key):
        raise ControlError("no such session: the gateway knows only API keys of the form sk-omg-..., not this one", 400)


def _rules(names: str | None) -> frozenset[str] | None:
    if not names:
        return None
    known = [rule.name for rule in RULES]
    chosen = [name.strip() for name in names.split(",")]
    for name in chosen:
        if name not in known:
            raise ControlError(unknown_name("rule", name, known))
    return frozenset(chosen)


def _segments(request: WireRequest) -> list[str]:
    segments = [segment for segment in request.path.split("/") if segment]
    return segments[1:] if segments[:1] == ["v1"] else segments
