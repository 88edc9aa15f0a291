"""From a judgement to a result: the one plain dict that every report is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..catalogue import Catalogue
from ..catalogue.retry_after import form
from ..rules import RULES
from ..rules.base import Inconclusive, Level, Rule, Violation
from ..rules.judge import EVIDENCE, Judgement
from ..timeline import Attempt, Case, Trial, Wait
from .shape import EndEvent, Event, Location, RequestEvent, Result, Shown, WaitEvent
from .wording import span

_ORDER = {"request": 0, "wait": 1}


def result(
    case: Case,
    judgement: Judgement,
    catalogue: Catalogue,
    *,
    nodeid: str,
    location: Location | None = None,
    rules: Sequence[Rule] = RULES,
) -> Result:
    """The result of one scenario, as plain JSON-able data.

    The timeline is that of the trial that shows the first broken MUST, else the first broken SHOULD; else the first.

    Args:
        case: what was judged.
        judgement: what the rules found.
        catalogue: where the duties behind the findings are looked up.
        nodeid: pytest's id of the item.
        location: where the user would look for it; None where unknown.
        rules: where the remedies are looked up.
    """
    found = sorted(judgement.violations, key=lambda violation: violation.level is not Level.MUST)
    index = found[0].trial if found else 0
    remedies = {rule.name: rule for rule in rules}
    trial = case.trials[index]
    return {
        "nodeid": nodeid,
        "operation": case.operation,
        "code": case.code,
        "status": trial.status,
        "scenario": case.scenario,
        "verdict": judgement.verdict,
        "violations": [_shown(violation, case, catalogue, remedies, index) for violation in _distinct(found, index)],
        "timeline": timeline(trial),
        "reasons": _reasons(judgement.inconclusive),
        "advice": list(dict.fromkeys(judgement.advice)),
        "waived": [{"rule": waived.rule, "reason": waived.reason} for waived in judgement.waived],
        "location": location,
    }


def timeline(trial: Trial) -> list[Event]:
    """The events of a trial in order of time; at the same time requests come before waits, and the ends last."""
    events: list[Event] = [
        *(_request(attempt) for attempt in sorted(trial.timeline.attempts, key=lambda attempt: attempt.number)),
        *(_wait(wait) for wait in trial.timeline.waits),
    ]
    # The sort is stable: requests of the same moment stay in the order of their numbers.
    events.sort(key=lambda event: (event["at"], _ORDER[event["event"]]))
    ends: list[Event] = [
        _end(lane, ending.kind.value, ending.summary, trial.timeline.ended)
        for lane, ending in enumerate(trial.endings, 1)
    ]
    return events + ends


def _reasons(inconclusive: Iterable[Inconclusive]) -> list[str]:
    # One gap in the evidence silences many rules: it is told once.
    rules: dict[str, list[str]] = {}
    for item in inconclusive:
        names = rules.setdefault(item.reason, [])
        if item.rule != EVIDENCE and item.rule not in names:
            names.append(item.rule)
    return [f"{', '.join(names)}: {reason}" if names else reason for reason, names in rules.items()]


def _distinct(found: list[Violation], index: int) -> list[Violation]:
    # Every trial may show the same offence with its own numbers: the one that is shown speaks for all.
    ordered = sorted(found, key=lambda violation: (violation.level is not Level.MUST, violation.trial != index))
    kept: list[Violation] = []
    for violation in ordered:
        same = [other for other in kept if (other.rule, other.level, other.code) == _kind(violation)]
        if not same or (violation.trial == index and violation not in same):
            kept.append(violation)
    return kept


def _kind(violation: Violation) -> tuple[str, Level, str | None]:
    return violation.rule, violation.level, violation.code


def _shown(violation: Violation, case: Case, catalogue: Catalogue, rules: Mapping[str, Rule], index: int) -> Shown:
    rule = rules.get(violation.rule)
    code = violation.code or case.code
    documented = catalogue.get(code)
    citation = (documented or catalogue).citations.get(violation.rule) or rule
    return {
        "rule": violation.rule,
        "level": violation.level.value,
        "expected": violation.expected,
        "observed": violation.observed,
        # A number counts only in the timeline that is shown.
        "at": violation.at if violation.trial == index else None,
        "code": code,
        "section": citation.section if citation else "",
        "duty": citation.duty if citation else "",
        "next": violation.advice or (rule.remedy if rule else ""),
    }


def _request(attempt: Attempt) -> RequestEvent:
    reply = attempt.reply
    return {
        "event": "request",
        "number": attempt.number,
        "at": _exact(attempt.at),
        "operation": attempt.operation,
        "method": attempt.request.method,
        "path": attempt.request.path,
        "key": attempt.key,
        "model": attempt.model,
        "lane": attempt.lane,
        "reply": reply.kind.value,
        "status": reply.status,
        "code": reply.code,
        "retry_after": _retry_after(attempt),
        "sdk_retry": attempt.sdk_retry,
    }


def _wait(wait: Wait) -> WaitEvent:
    return {
        "event": "wait",
        "at": _exact(wait.at),
        "seconds": _exact(wait.seconds),
        "how": wait.how,
        "where": wait.where,
        "layer": wait.layer,
        "lane": wait.lane,
    }


def _end(lane: int, ending: str, summary: str, at: float) -> EndEvent:
    return {"event": "end", "at": _exact(at), "lane": lane, "ending": ending, "summary": summary}


def _exact(value: float) -> float:
    # One microsecond is finer than any duty; what is left of a float's noise would differ between machines.
    return round(float(value), 6) + 0.0


def _retry_after(attempt: Attempt) -> str | None:
    header, allowed = attempt.reply.retry_after, attempt.reply.retry_at
    if header is None or form(header) != "date":
        return header
    # A date is told by its distance: no report may hold the time of day.
    if allowed is None or allowed <= attempt.at:
        return "an HTTP-date that is past"
    return f"an HTTP-date {span(_exact(allowed - attempt.at))} ahead"
