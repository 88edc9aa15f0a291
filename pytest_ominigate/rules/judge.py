"""From what happened to a verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ..catalogue import Catalogue
from ..timeline import POLLS, Case, Trial
from ..timeline.pairing import kind_of_work
from . import RULES
from .base import Advice, Inconclusive, Level, Rule, Violation
from .precedence import settled

Verdict = Literal["pass", "fail", "inconclusive"]
EVIDENCE = "evidence"
"""The name under which reasons stand that concern all rules."""
_KNOWN = frozenset(rule.name for rule in RULES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waived:
    """A broken duty that the user chose not to be judged by."""

    rule: str
    reason: str
    violations: tuple[Violation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What came of judging a case."""

    verdict: Verdict
    violations: tuple[Violation, ...] = ()
    """The broken duties, sorted by trial, attempt and the order of the rules; those of all levels."""
    inconclusive: tuple[Inconclusive, ...] = ()
    """What could not be judged, each with the reason."""
    advice: tuple[str, ...] = ()
    """What is worth telling along with the violations; empty where there are none."""
    waived: tuple[Waived, ...] = ()
    unmatched: tuple[str, ...] = ()
    """The waivers for which there was no violation."""


def judge(
    case: Case,
    catalogue: Catalogue,
    *,
    rules: Sequence[Rule] = RULES,
    strict: bool = False,
    waive: Mapping[str, str] | None = None,
) -> Judgement:
    """Judge the trials of one scenario.

    The verdict is ``fail`` if a MUST was broken (under *strict* a SHOULD too) that is not waived; else ``inconclusive``
    if the evidence is incomplete; else ``pass``. The evidence is incomplete if a rule says so, if nothing was sent, if
    the scenario's error never arrived, if it is not known what became of a caller, or if a trial has doubts.

    Where it could not be seen what a caller got, nothing is found at all: most rules look for what is not there. A
    doubt, such as a wait that escaped the clock, silences all rules about timing for the whole case, so nobody is
    accused of what may not have happened; what the other rules find still counts.

    Where it is not known which of several callers sent a request, those of all look like retries of one, so nobody is
    accused of what the trial shows. If each of them got its answer, they still have shown that they do no wrong: mixed
    up, requests only look more and closer. The same is true of a call that makes several requests by itself, if they
    are alike, or other ones each time.

    Where two rules see the same request, the more specific one speaks, whether it is among *rules* or not. The same
    offence in several trials is told once, for the first that shows it.

    Args:
        case: what happened.
        catalogue: what the gateway documents.
        rules: the rules to judge by.
        strict: whether a broken SHOULD fails too.
        waive: rules whose violations are not held against the client, each with the reason.
    """
    if not rules:
        return Judgement(verdict="pass", unmatched=tuple(waive or ()))
    doubts = _doubts(case)
    doubted = any(trial.doubts for trial in case.trials)
    chosen = {rule.name for rule in rules}
    every = [*RULES, *(rule for rule in rules if rule.name not in _KNOWN)]
    findings = [
        finding
        for rule in (() if _unseen(case) else every)
        if not (doubted and rule.timing)
        for finding in rule.check(case, catalogue)
    ]
    order = {rule.name: position for position, rule in enumerate(every)}
    findings = [_of_nobody(each, case) or each for each in findings]
    found = settled(each for each in findings if isinstance(each, Violation))
    found = [violation for violation in found if violation.rule in chosen]
    found.sort(key=lambda each: (each.trial, each.at or 0, order[each.rule]))
    waivers = dict(waive or {})
    waived = tuple(
        Waived(rule=name, reason=reason, violations=guilty)
        for name, reason in waivers.items()
        if (guilty := _told_once(each for each in found if each.rule == name))
    )
    violations = _told_once(each for each in found if each.rule not in waivers)
    open_questions = [
        each for each in findings if isinstance(each, Inconclusive) and each.rule in chosen and each.rule not in waivers
    ]
    inconclusive = tuple(dict.fromkeys([*doubts, *open_questions]))
    return Judgement(
        verdict=_verdict(violations, inconclusive, strict=strict),
        violations=violations,
        inconclusive=inconclusive,
        advice=_advice(findings, violations, chosen),
        waived=waived,
        unmatched=tuple(name for name in waivers if name not in {each.rule for each in waived}),
    )


def undecided(case: Case, catalogue: Catalogue, *, more: int) -> bool:
    """Whether *more* trials of the scenario could lead to a violation that only several trials together can show."""
    return any(rule.undecided(case, catalogue, more) for rule in RULES if rule.undecided)


def compares(case: Case, catalogue: Catalogue) -> bool:
    """Whether trials under the code's other statuses, as its ``reference``, could lead to a violation."""
    return any(rule.compares(case, catalogue) for rule in RULES if rule.compares)


def _verdict(violations: Sequence[Violation], inconclusive: Sequence[Inconclusive], *, strict: bool) -> Verdict:
    if any(strict or violation.level is Level.MUST for violation in violations):
        return "fail"
    return "inconclusive" if inconclusive else "pass"


def _doubts(case: Case) -> list[Inconclusive]:
    """Why the case is no evidence, or not all of it."""
    reasons = [doubt for trial in case.trials for doubt in trial.doubts]
    if _unseen(case) and not reasons:
        reasons.append("what a caller got could not be looked at to its end")
    attempts = [attempt for trial in case.trials for attempt in trial.timeline.attempts]
    if not attempts:
        reasons.append("no request reached the gateway")
    elif case.code is not None and all(attempt.reply.code != case.code for attempt in attempts):
        reasons.append(f"no request met {case.code}, so nothing shows how it is handled")
    for trial in case.trials:
        if trial.unclaimed and not all(ending.like_healthy for ending in trial.endings):
            reasons.append(_mixed_up(case, trial))
        unknown = [number for number in trial.timeline.lanes() if number > len(trial.endings)]
        reasons += [f"it is not known what caller {number} got" for number in unknown]
    return [Inconclusive(rule=EVIDENCE, reason=reason) for reason in dict.fromkeys(reasons)]


def _unseen(case: Case) -> bool:
    return any(ending.incomplete for trial in (*case.trials, *case.reference) for ending in trial.endings)


def _of_nobody(finding: object, case: Case) -> Inconclusive | None:
    """What is left of a violation where it is not known whose requests show it; None where all is well."""
    if not isinstance(finding, Violation):
        return None
    reason = _mixed_up(case, case.trials[finding.trial])
    return Inconclusive(rule=finding.rule, reason=reason) if reason else None


def _mixed_up(case: Case, trial: Trial) -> str:
    """Why it is not known which requests belong together; empty if it is."""
    callers, sent = len(trial.endings), len(trial.timeline.lanes())
    if len(case.steps) > 1 and not _told_apart(case, trial):
        return (
            f"the call makes {len(case.steps)} requests by itself when nothing fails, and they cannot be told from "
            "retries: let the fixture's call ask for one thing"
        )
    if trial.unclaimed:
        return (
            f"it was not seen which of the {callers} callers sent each request: nobody sees that on real time, nor of "
            "threads of the client's own, other processes and libraries in C"
        )
    if sent < callers and callers > 1:
        return (
            f"{callers - sent} of the {callers} callers sent nothing, so others may have sent for them, and it is not "
            "known whose requests these were"
        )
    return ""


def _told_apart(case: Case, trial: Trial) -> bool:
    """Whether the several requests that a call makes by itself have bodies of their own, the same each time."""
    kind = kind_of_work(case.operation)
    sent = {
        attempt.body
        for attempt in trial.timeline.attempts
        if attempt.operation not in POLLS and kind_of_work(attempt.operation) == kind
    }
    return len(set(case.steps)) == len(case.steps) and sent <= set(case.steps)


def _told_once(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    """Without repetitions in later trials: all trials run the same scenario."""
    first: dict[tuple[str, Level, str | None], int] = {}
    return tuple(
        each for each in violations if first.setdefault((each.rule, each.level, each.code), each.trial) == each.trial
    )


def _advice(findings: Sequence[object], violations: Sequence[Violation], chosen: set[str]) -> tuple[str, ...]:
    """The advice on trials that broke a duty; where the duty is one of all trials, on any."""
    guilty = {violation.trial for violation in violations}
    advice = [each for each in findings if isinstance(each, Advice) and each.rule in chosen]
    return tuple(dict.fromkeys(each.text for each in advice if each.trial in guilty))
