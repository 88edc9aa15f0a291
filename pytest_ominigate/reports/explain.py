"""A rule or an error in prose, and the list of all there is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..catalogue import Catalogue, Duty, ErrorEntry, load, unknown_name
from ..rules import RULES
from ..rules.base import Rule
from .wording import count, entry, prose

_DUTIES = {
    Duty.FAIL: "surface it at once; the same request with the same key fails again",
    Duty.BACKOFF: "send it again after exponential backoff, a few times",
    Duty.UNTIL_RESET: "do not send it again with the same key before the cap is lifted",
    Duty.UNKNOWN_OUTCOME: "never send it again by itself: the work may have been done",
    Duty.COMPLETED: "the work is done: never create it again; polling may go on",
}


class UnknownNameError(ValueError):
    """Nothing has the name to explain; the text names the nearest one and all there are."""


def explain(name: str, *, catalogue: Catalogue | None = None, rules: Sequence[Rule] = RULES) -> str:
    """The rule or the documented error of that name, in prose.

    Raises:
        UnknownNameError: there is none.
    """
    known = catalogue if catalogue is not None else load()
    rule = next((rule for rule in rules if rule.name == name), None)
    if rule is not None:
        return _rule(rule, known)
    error = known.get(name)
    if error is not None:
        return _error(error, known, rules)
    names = [*(rule.name for rule in rules), *(error.code for error in known)]
    raise UnknownNameError(unknown_name("rule or documented error", name, names))


def listing(scenarios: Mapping[str, Iterable[str]], *, rules: Sequence[Rule] = RULES) -> str:
    """All scenarios and rules.

    Args:
        scenarios: the scenarios' ids by operation, both in the order to show them.
        rules: the rules in the order to show them.
    """
    groups = {operation: list(ids) for operation, ids in scenarios.items()}
    lines = [count(sum(map(len, groups.values())), "scenario")]
    for operation, ids in groups.items():
        lines += [f"  {operation} ({len(ids)})", *(f"    {name}" for name in ids)]
    lines += ["", count(len(rules), "rule")]
    width = max((len(rule.name) for rule in rules), default=0) + 2
    for rule in rules:
        lines += entry(f"{rule.level.value:<8}{rule.name:<{width}}", rule.duty, gap=8 + width)
    lines += ["", "In prose: pytest --ominigate-explain NAME (a rule or a code)"]
    return "\n".join(lines)


def _rule(rule: Rule, catalogue: Catalogue) -> str:
    named = [error for error in catalogue if _named(rule, error, catalogue)]
    lines = [f"{rule.name} ({rule.level.value})", ""]
    lines += entry("duty", f"{rule.duty} [{rule.section}]", indent=0)
    lines += entry("next", rule.remedy, indent=0)
    if named:
        lines += entry("errors", ", ".join(error.code for error in named), indent=0)
    lines += ["", *prose(rule.text)]
    if named:
        lines += ["", "what the page says of each error"]
        for duty, errors in _by_duty(rule, named).items():
            lines += entry("-", f"{duty} ({', '.join(errors)})", gap=2)
    return "\n".join(lines)


def _by_duty(rule: Rule, errors: Iterable[ErrorEntry]) -> dict[str, list[str]]:
    duties: dict[str, list[str]] = {}
    for error in errors:
        duties.setdefault(error.citation(rule.name).duty, []).append(error.code)
    return duties


def _named(rule: Rule, error: ErrorEntry, catalogue: Catalogue) -> bool:
    """Whether the page's entry for *error* itself speaks of the rule's duty."""
    own = error.citations.get(rule.name)
    return any(rule.name in advice.judged_by for advice in error.handling) or (
        own is not None and own != catalogue.citations.get(rule.name)
    )


def _error(error: ErrorEntry, catalogue: Catalogue, rules: Sequence[Rule]) -> str:
    main = error.citations.get("duty")
    lines = [f"{error.code} ({error.type})", ""]
    for label, text in _facts(error):
        lines += entry(label, text, indent=0)
    if main is not None:
        lines += entry("in short", f"{main.duty} [{main.section}]", indent=0)
    named = [rule for rule in rules if _named(rule, error, catalogue)]
    if named:
        lines += ["", "judged by (with the level of the plain offence)"]
        width = max(len(rule.name) for rule in named) + 2
        for rule in named:
            duty = error.citation(rule.name).duty
            lines += entry(f"{rule.level.value:<8}{rule.name:<{width}}", duty, gap=8 + width)
    general = [rule.name for rule in rules if not any(_named(rule, other, catalogue) for other in catalogue)]
    if general:
        lines += ["", *entry("as on any error", ", ".join(general), indent=0, gap=17)]
    unjudged = [advice for advice in error.handling if advice.unjudged is not None and not advice.judged_by]
    if unjudged:
        lines += ["", "what the page advises besides, and no timeline shows"]
        for advice in unjudged:
            lines += entry("-", f"{advice.text} ({advice.unjudged})", gap=2)
    return "\n".join(lines)


def _facts(error: ErrorEntry) -> list[tuple[str, str]]:
    facts = [
        ("status", " or ".join(map(str, error.statuses))),
        ("message", error.message),
        ("arises on", ", ".join(error.operations)),
        ("duty", f"{error.duty.value}: {_DUTIES[error.duty]}"),
        ("requests", _requests(error)),
    ]
    if error.backoff is not None:
        backoff = error.backoff
        waits = (
            f"{backoff.initial:g} s, growing by a factor of {backoff.factor:g} to {backoff.maximum:g} s, with jitter"
        )
        facts.append(("waits", f"{waits}; never shorter than Retry-After" if error.honours_retry_after else waits))
    if error.param is not None:
        facts.append(("param", error.param))
    if error.metadata:
        facts.append(("also has", ", ".join(error.metadata)))
    if error.cap_scope is not None:
        reset = f", lifted by itself ({error.reset})" if error.reset else ""
        facts.append(("cap", f"of one {error.cap_scope}{reset}"))
    level = "MUST" if error.request_id_required else "SHOULD"
    facts.append(("request id", f"X-Request-Id {level} reach the caller or a log"))
    return facts


def _requests(error: ErrorEntry) -> str:
    if error.max_requests == error.min_requests:
        return f"{error.max_requests} in all"
    advised = f" ({error.advised_requests} or more advised)" if error.advised_requests > error.min_requests else ""
    return f"{error.min_requests} to {error.max_requests} in all{advised}"
