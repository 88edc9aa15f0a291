"""For which errors a rule was broken, in few words: "rate limits; the spending caps under 429"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from results import ERRORS, Broken, Codes

from pytest_ominigate import RULES

EVERY = "every documented error"
CAPS = ("usage_cap_exceeded", "the spending caps")
DUTIES = {"fail": "every permanent error", "backoff": "every transient error", "until_reset": "the caps that reset"}
FAMILIES = {
    ("authentication_error", "fail"): "authentication errors",
    ("invalid_request_error", "fail"): "invalid requests",
    ("not_found_error", "fail"): "what is not found",
    ("rate_limit_error", "backoff"): "rate limits",
    ("upstream_error", "backoff"): "upstream failures",
}
ANY_STATUS = {"branched-on-status", *(rule.name for rule in RULES if rule.timing)} - {"retried-before-reset"}
"""Rules that compare statuses, or are judged under one status only: under which one tells nothing about the client."""
USUAL = ("persists", "recovers", "status_")
"""Scenarios that serve the code plainly."""
STEPS = ("create_", "status_", "result_")
"""What the scenarios of a video's steps begin with."""
UNREADABLE = {"empty_500", "html_502", "non_object", "truncated_json"}
UNDOCUMENTED = "unknown_"
UNKNOWN_TYPE = "unknown_type"


def where(rule: str, broken: Broken, met: Codes, operations: Iterable[str]) -> str:
    """For which codes it was broken; in which scenarios and operations, if not in all.

    Args:
        rule: its name.
        broken: what is stored of it.
        met: the codes that the client met at all.
        operations: what the client performs.
    """
    scenarios = {_step_free(name) for name in broken["scenarios"]}
    usual = any(name.startswith(USUAL) for name in scenarios)
    everywhere = _statuses(met)
    found: dict[str, set[str]] = {}
    for code, statuses in _statuses(broken["codes"]).items():
        limited = usual and statuses != everywhere[code] and rule not in ANY_STATUS
        found.setdefault(f" under {' and '.join(sorted(statuses))}" if limited else "", set()).add(code)
    said = [", ".join(_named(codes, set(everywhere))) + under for under, codes in sorted(found.items())]
    if said and not usual:
        said[-1] += f" in {_listed(scenarios - set(broken['other']))}"
    said += _others({_step_free(name) for name in broken["other"]})
    possible = {one for one in operations if any(_reaches(code, one) for codes in found.values() for code in codes)}
    return "; ".join(said) + (
        f" ({_listed(broken['operations'])} only)" if possible - set(broken["operations"]) else ""
    )


def _statuses(codes: Codes) -> dict[str, set[str]]:
    """The statuses of each code."""
    found: dict[str, set[str]] = {}
    for status, names in codes.items():
        for name in names:
            found.setdefault(name, set()).add(status)
    return found


def _named(codes: set[str], met: set[str]) -> list[str]:
    """A name for every group that is whole, and the codes that are left."""
    found = []
    left = set(codes)
    for label, members in _groups(met):
        if len(members) > 1 and members <= left:
            left -= members
            found.append(label)
    return found + [f"`{code}`" for code in sorted(left)]


def _groups(met: set[str]) -> Iterator[tuple[str, set[str]]]:
    yield EVERY, met
    yield CAPS[1], {code for code in met if ERRORS[code].type == CAPS[0]}
    for duty, label in DUTIES.items():
        yield label, {code for code in met if ERRORS[code].duty == duty}
    for key, label in FAMILIES.items():
        yield label, {code for code in met if (ERRORS[code].type, ERRORS[code].duty) == key}


def _others(names: set[str]) -> Iterator[str]:
    unknown = {name for name in names if name.startswith(UNDOCUMENTED)}
    if unknown:
        types = {name.removeprefix(UNDOCUMENTED) for name in unknown if name != UNKNOWN_TYPE}
        every = types >= {entry.type for entry in ERRORS.values()}
        yield "undocumented codes" if every else f"undocumented codes of {_listed(types)}"
    if names >= UNREADABLE:
        yield "unreadable errors"
        names = names - UNREADABLE
    if names - unknown:
        yield _listed(names - unknown)


def _step_free(scenario: str) -> str:
    """The name of a scenario without the step of a video."""
    step = next((step for step in STEPS if scenario.startswith(step)), "")
    rest = scenario.removeprefix(step)
    return scenario if rest.isdigit() else rest


def _reaches(code: str, operation: str) -> bool:
    return any(each.partition(".")[0] == operation for each in ERRORS[code].operations)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))
