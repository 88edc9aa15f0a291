"""One cause, one finding: which rule speaks where several see the same request.

Precedence is decided over all rules, also those that a user has switched off or waived: the cause stays theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .base import Violation

_LOST = frozenset({"lost-code", "lost-request-id", "lost-param"})

SAME_ATTEMPT: Mapping[str, frozenset[str]] = {
    "unsafe-retry": frozenset(
        {"retried-permanent-error", "retried-before-reset", "changed-request", "early-retry", "too-many-attempts"}
    ),
    "polled-after-stop": frozenset({"retried-permanent-error", "early-retry", "tight-poll", "misread-family"}),
    "retried-before-reset": frozenset({"retried-permanent-error", "early-retry", "tight-poll"}),
    "retried-permanent-error": frozenset({"early-retry", "tight-poll", "misread-family"}),
    "misread-family": frozenset({"early-retry", "tight-poll", "gave-up-early"}),
    "early-retry": frozenset({"no-backoff", "flat-backoff", "odd-backoff", "missing-jitter", "tight-poll"}),
    "resumed-stream": frozenset({"changed-request"}),
    "crashed-on-reply": frozenset({"gave-up-early", "misread-family", "lost-result"}) | _LOST,
    "truncated-success": frozenset({"swallowed-error", "lost-result"}) | _LOST,
    "repeated-text": frozenset({"lost-result"}),
    "swallowed-error": _LOST,
}
"""By the more specific rule: those that are silent about the attempt it speaks of, in the same trial."""

SAME_TRIAL: Mapping[str, frozenset[str]] = {
    "endless-retry": frozenset({"too-many-attempts"}),
    "polled-after-stop": frozenset({"retried-permanent-error"}),
    "resumed-stream": frozenset({"lost-result", "repeated-text"}),
}
"""The same, wherever in the trial."""

SAME_CASE: Mapping[str, frozenset[str]] = {
    "no-backoff": frozenset({"flat-backoff", "odd-backoff", "missing-jitter", "tight-poll"}),
    "flat-backoff": frozenset({"odd-backoff"}),
}
"""The same for rules that look at all trials at once."""


def settled(violations: Iterable[Violation]) -> list[Violation]:
    """The violations without those that a more specific rule has already told of."""
    found = list(violations)
    return [violation for violation in found if not any(_silences(other, violation) for other in found)]


def _silences(specific: Violation, general: Violation) -> bool:
    name = general.rule
    if name in SAME_CASE.get(specific.rule, ()):
        return True
    if specific.trial != general.trial:
        return False
    if name in SAME_TRIAL.get(specific.rule, ()):
        return True
    return general.at is not None and specific.at == general.at and name in SAME_ATTEMPT.get(specific.rule, ())
