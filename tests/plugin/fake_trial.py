"""A trial that judges by what the client says, so that the pytest layer can be tested on its own.

A client returns ``pass``, ``fail RULE ...``, ``should RULE ...`` or ``inconclusive REASON``; anything else passes.
Loaded with ``-p fake_trial``.
"""

from __future__ import annotations

import asyncio
import inspect
import sys
import types
from dataclasses import dataclass
from typing import Any, Self

from pytest_ominigate.catalogue import load
from pytest_ominigate.gateway import scripted

API_KEY = "sk-omg-fake-key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    limit: int = 50
    trials: int = 5
    transport: str = "loopback"
    clock: str = "virtual"
    strict: bool = False
    select: frozenset[str] | None = None
    ignore: frozenset[str] = frozenset()


def rehearsed(scenario: object) -> bool:
    """Each scenario is on its own."""
    return True


class Driver:
    def close(self) -> None:
        """There is no loop."""


class Ominigate:
    api_key = API_KEY

    def __init__(self, *, transport: Any, settings: Settings, driver: object = None) -> None:
        self.base_url, self.root_url, self.settings = transport.base_url, transport.root_url, settings
        self.scenario: Any = None
        self.planned: list[tuple[Any, ...]] = []
        self.said: list[str] = []
        self.watched = False
        self.health = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def fail(self, *codes: str, **how: Any) -> None:
        scripted(load(), *codes, **how)
        self.planned.append((*codes, *how.values()))

    def say(self, verdict: str) -> None:
        """What a client of a test written by hand does: instead of sending a request it says how it is to be judged."""
        self.said.append(verdict)

    def run_scenario(
        self, client: Any, scenario: Any, *, nodeid: str, waive: Any, known: object = None
    ) -> dict[str, Any]:
        self.scenario = scenario
        said = client()
        if inspect.isawaitable(said):
            said = asyncio.run(_awaited(said))
        return self._result(said, nodeid, waive)

    async def arun_scenario(
        self, client: Any, scenario: Any, *, nodeid: str, waive: Any, known: object = None
    ) -> dict[str, Any]:
        self.scenario = scenario
        said = client()
        return self._result(await said if inspect.isawaitable(said) else said, nodeid, waive)

    def watch(self) -> Watch:
        return Watch(self)

    def _result(self, said: object, nodeid: str, waive: dict[str, str]) -> dict[str, Any]:
        word, *names = said.split() if isinstance(said, str) else ["pass"]
        broken = names if word in ("fail", "should") else []
        level = "SHOULD" if word == "should" else "MUST"
        left = [rule for rule in broken if rule not in waive]
        failing = left and (level == "MUST" or self.settings.strict)
        verdict = "inconclusive" if word == "inconclusive" else "fail" if failing else "pass"
        return {
            "nodeid": nodeid,
            "operation": getattr(self.scenario, "operation", "chat"),
            "code": getattr(self.scenario, "code", None),
            "status": getattr(self.scenario, "status", None),
            "scenario": getattr(self.scenario, "name", "marked"),
            "verdict": verdict,
            "violations": [_violation(rule, level) for rule in left],
            "timeline": [],
            "reasons": [" ".join(names)] if word == "inconclusive" else [],
            "advice": [],
            "waived": [{"rule": rule, "reason": waive[rule]} for rule in broken if rule in waive],
        }


class Watch:
    def __init__(self, ominigate: Ominigate) -> None:
        self._ominigate = ominigate

    def __enter__(self) -> Self:
        self._ominigate.watched = True
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        self._ominigate.watched = False
        return kind is Runaway

    @property
    def sent(self) -> bool:
        return bool(self._ominigate.said)

    def result(self, nodeid: str, *, waive: dict[str, str]) -> dict[str, Any]:
        return self._ominigate._result(self._ominigate.said[-1], nodeid, waive)


class Runaway(BaseException):
    """What stops a client that would not end."""


async def _awaited(awaitable: Any) -> Any:
    return await awaitable


def _violation(rule: str, level: str) -> dict[str, Any]:
    return {
        "rule": rule,
        "level": level,
        "expected": "a wait",
        "observed": "none",
        "at": None,
        "code": None,
        "section": "rate_limited",
        "duty": "Wait.",
        "next": "Wait longer.",
    }


def _install() -> None:
    module = types.ModuleType("pytest_ominigate.trial")
    for value in (API_KEY, Driver, Settings, Ominigate, Runaway, rehearsed):
        setattr(module, getattr(value, "__name__", "API_KEY"), value)
    sys.modules["pytest_ominigate.trial"] = module
    sys.modules.pop("pytest_ominigate.sharing", None)  # it may have bound the real one, or a fake of another test


_install()
