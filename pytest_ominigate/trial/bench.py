"""Runs one scenario on a client: a healthy call first, then the trials, then the judgement."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any

from ..catalogue import Catalogue
from ..gateway import Break, Fault, Scenario
from ..gateway.videos import POLLS_TO_COMPLETE
from ..reports.result import result as to_result
from ..reports.shape import Result
from ..rules import RULES, Rule
from ..rules.judge import compares, judge, undecided
from ..timeline import Case, EndingKind, ReplyKind, Trial
from ..transports import Transport
from .calling import Client
from .freezing import frozen
from .health import Health, complaint, steps_of
from .run import Step, Trials
from .running import Running
from .settings import Settings
from .snapshot import snapshot

_BREAKS = {ReplyKind.RESET: Break.BEFORE, ReplyKind.CUT: Break.WITHIN}
HEALTHY = "healthy"
_FEWEST = 3
"""Trials after which the rest may be spared, if the shape of the waits is beyond doubt by then."""
_FEW_POLLS = 2
"""As few as show a client that a task was not yet done, and then was."""
_ONE_POLL = 1
"""Enough for a client of which a healthy call with many polls is known."""
_AT_THE_BEGINNING = ("persists", "create_persists")
"""The scenarios of an error that lasts, met by a call's first request."""

Plan = Generator[Step, Running, Result]


def chosen_rules(settings: Settings) -> tuple[Rule, ...]:
    """The rules to judge by, as the options choose them."""
    return tuple(
        rule
        for rule in RULES
        if (settings.select is None or rule.name in settings.select) and rule.name not in settings.ignore
    )


def rehearsed(scenario: Scenario) -> bool:
    """Whether a healthy call goes before the scenario on the same client, because it may change what is seen.

    A client that hands out its last good answer then has one. A connection that is used again may break otherwise than
    a new one, and so may several callers.
    """
    coded = all(fault.kind is ReplyKind.ERROR for fault in scenario.faults)
    return not scenario.faults or not coded or scenario.callers > 1 or scenario.name in _AT_THE_BEGINNING


class Bench:
    """Runs scenarios."""

    def __init__(self, trials: Trials, transport: Transport, catalogue: Catalogue, settings: Settings) -> None:
        self._trials = trials
        self._transport = transport
        self._catalogue = catalogue
        self._settings = settings
        self._rehearsal: tuple[Client, Health] | None = None
        """The last client, and what its healthy call was like: one is enough for many scenarios of one client."""

    @property
    def health(self) -> Health | None:
        """What the healthy call of the last client was like; None if there was none."""
        return self._rehearsal[1] if self._rehearsal else None

    def run(
        self,
        client: Client,
        scenario: Scenario,
        *,
        nodeid: str,
        waive: Mapping[str, str],
        known: Health | None = None,
    ) -> Result:
        """Run it in this thread.

        Args:
            client: makes one logical call.
            scenario: what is tried with it.
            nodeid: goes into the result.
            waive: rules that may be broken, each with the reason.
            known: what the healthy call of another client of the same making was like, if that went well. Then this
                one need not be rehearsed where it shows by itself that all is well with it.
        """
        plan = self._plan(client, scenario, nodeid, waive, known)
        try:
            step = next(plan)
            while True:
                step = plan.send(self._trials.run(client, step))
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]

    async def arun(
        self,
        client: Client,
        scenario: Scenario,
        *,
        nodeid: str,
        waive: Mapping[str, str],
        known: Health | None = None,
    ) -> Result:
        """Run it in the running event loop."""
        plan = self._plan(client, scenario, nodeid, waive, known)
        try:
            step = next(plan)
            while True:
                step = plan.send(await self._trials.arun(client, step))
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]

    def _plan(
        self, client: Client, scenario: Scenario, nodeid: str, waive: Mapping[str, str], known: Health | None
    ) -> Plan:
        polls = _FEW_POLLS if known is None else _ONE_POLL
        if known is not None and not rehearsed(scenario):
            trials, reasons = yield from self._all_trials_of(scenario, known, polls)
            if not reasons and all(_speaks_for_itself(trial) for trial in trials):
                reference = yield from self._reference_of(scenario, trials, known, polls)
                return self._judged(scenario, trials, reference, nodeid, waive, "inconclusive", [], known.steps)
        if self._rehearsal is None or self._rehearsal[0] is not client:
            many = POLLS_TO_COMPLETE if scenario.name == HEALTHY else polls
            self._rehearsal = client, self._health((yield _healthy(many)), scenario.operation)
        health = self._rehearsal[1]
        if health.missed:
            return self._judged(scenario, (health.trial,), (), nodeid, waive, "inconclusive", [health.missed])
        wrong = complaint(scenario.operation, health.trial)
        if scenario.name == HEALTHY:
            return self._judged(scenario, (health.trial,), (), nodeid, waive, "fail", [wrong] if wrong else [])
        if wrong:
            reason = f"the healthy call already fails, so errors cannot be tried: {wrong}"
            return self._judged(scenario, (health.trial,), (), nodeid, waive, "inconclusive", [reason])
        impossible = self._impossible(scenario)
        if impossible:
            return self._judged(scenario, (health.trial,), (), nodeid, waive, "inconclusive", [impossible])
        trials, reasons = yield from self._all_trials_of(scenario, health, polls)
        reference = () if reasons else (yield from self._reference_of(scenario, trials, health, polls))
        return self._judged(scenario, trials, reference, nodeid, waive, "inconclusive", reasons, health.steps)

    def _health(self, running: Running, operation: str) -> Health:
        trial = frozen(running, self._catalogue)
        return Health(
            trial=trial,
            result=snapshot(running.gots[0].value, running.secrets),
            missed=self._missed(running),
            steps=steps_of(operation, trial),
        )

    def _all_trials_of(
        self, scenario: Scenario, health: Health, polls: int
    ) -> Generator[Step, Running, tuple[tuple[Trial, ...], list[str]]]:
        count = self._settings.trials if scenario.shape else 1
        return (yield from self._trials_of(scenario, scenario.faults, scenario.status, health, polls, count))

    def _reference_of(
        self, scenario: Scenario, trials: tuple[Trial, ...], health: Health, polls: int
    ) -> Generator[Step, Running, tuple[Trial, ...]]:
        """Trials under the code's other statuses, where there is something to compare."""
        reference: list[Trial] = []
        others, case = self._other_statuses(scenario), self._case(scenario, trials, health.steps)
        for status in others if others and compares(case, self._catalogue) else ():
            faults = tuple(replace(fault, status=status) for fault in scenario.faults)
            found, _ = yield from self._trials_of(scenario, faults, status, health, polls, 1)
            reference += found
        if reference and not compares(self._case(scenario, tuple(reference), health.steps), self._catalogue):
            # They differ. Perhaps not for the status, but for something that the client has kept in mind meanwhile.
            again, _ = yield from self._trials_of(scenario, scenario.faults, scenario.status, health, polls, 1)
            if not compares(self._case(scenario, again, health.steps), self._catalogue):
                return ()
        return tuple(reference)

    def _other_statuses(self, scenario: Scenario) -> tuple[int, ...]:
        """The code's other documented statuses, where the scenario shows what is done about an error that persists."""
        entry = self._catalogue.get(scenario.code)
        if entry is None or not (scenario.alternative or scenario.name.endswith("persists")):
            return ()
        return tuple(status for status in entry.statuses if status != scenario.status)

    def _trials_of(
        self,
        scenario: Scenario,
        faults: tuple[Fault, ...],
        status: int | None,
        health: Health,
        polls: int,
        count: int,
    ) -> Generator[Step, Running, tuple[tuple[Trial, ...], list[str]]]:
        trials: list[Trial] = []
        for number in range(count):
            seed = f"{scenario.operation}:{scenario.id}:{number}"
            running = yield Step(
                faults=faults,
                callers=scenario.callers,
                seed=seed,
                reads=True,
                polls=polls,
                share=len(health.steps) or 1,
            )
            trial = frozen(running, self._catalogue, healthy=health.result, status=status)
            reason = _vacuous(running, faults)
            del running  # what the client made is to be gone before its next call
            if not reason:
                trials.append(trial)
            elif not trials:
                return (trial,), [reason]
            if trial.stopped or trial.doubts:
                break
            if len(trials) >= _FEWEST and not undecided(
                self._case(scenario, tuple(trials), health.steps), self._catalogue, more=count - len(trials)
            ):
                break
        return tuple(trials), []

    def _missed(self, running: Running) -> str:
        """Why nothing was seen of a client that did reach out for the gateway; empty if that is not the case."""
        if running.attempts or not running.refused or not self._transport.catches:
            return ""
        return (
            f"not run: {self._transport.way_in}, and this client reached for {running.refused[0]} past it, "
            "which was refused; use another --ominigate-transport"
        )

    def _impossible(self, scenario: Scenario) -> str:
        for fault in scenario.faults:
            if _BREAKS.get(fault.kind) in self._transport.caveats:
                return f"not run: the transport {self._transport.name} cannot break a connection there; use loopback"
        return ""

    def _case(
        self,
        scenario: Scenario,
        trials: tuple[Trial, ...],
        steps: tuple[str, ...],
        reference: tuple[Trial, ...] = (),
    ) -> Case:
        return Case(
            operation=scenario.operation,
            scenario=scenario.name,
            code=scenario.code,
            trials=trials,
            reference=reference,
            limit=self._settings.limit * (len(steps) or 1),
            steps=steps,
            tags=scenario.tags,
        )

    def _judged(
        self,
        scenario: Scenario,
        trials: tuple[Trial, ...],
        reference: tuple[Trial, ...],
        nodeid: str,
        waive: Mapping[str, str],
        verdict: Any,
        reasons: list[str],
        steps: tuple[str, ...] = (),
    ) -> Result:
        case = self._case(scenario, trials, steps, reference)
        rules = () if reasons else chosen_rules(self._settings)
        judgement = judge(case, self._catalogue, rules=rules, strict=self._settings.strict, waive=dict(waive))
        result = to_result(case, judgement, self._catalogue, nodeid=nodeid)
        if reasons:
            result["verdict"], result["reasons"], result["violations"] = verdict, reasons, []
        return result


def _healthy(polls: int) -> Step:
    return Step(seed=HEALTHY, reads=True, polls=polls)


def _speaks_for_itself(trial: Trial) -> bool:
    """Whether no healthy call of this very client is needed to judge what came of the trial."""
    served = bool(trial.timeline.attempts) and not trial.timeline.attempts[-1].failed
    return not trial.doubts and all(
        ending.kind is not EndingKind.RETURNED or (served and ending.like_healthy) for ending in trial.endings
    )


def _vacuous(running: Running, faults: tuple[Fault, ...]) -> str:
    """Why a trial shows nothing at all; empty if it shows something."""
    if not running.attempts:
        if running.doubts:
            return running.doubts[0]
        ended = next((got for got in running.gots if got.kind is not EndingKind.RETURNED), None)
        if ended is None:
            return "the client sent nothing, though it did in a healthy call: does it answer from a cache?"
        return "the client gave up without a request, though a healthy call before went well: does it keep a state?"
    if faults and faults[0] in running.unserved:
        where = f" ({faults[0].on})" if faults[0].on else ""
        return f"the client never made the request that this scenario lets fail{where}"
    return ""
