"""Known failures, each with a reason: they do not fail the run, and an entry that no longer holds does."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .catalogue import unknown_name
from .chosen import of, rule_names

if TYPE_CHECKING:
    from .reports.shape import Result

NO_REASON = "no reason given yet"
"""The reason of an entry that was taken in by an update."""
HEADER = "# Known failures of pytest-ominigate, one a line: RULE NODEID  # REASON"
_ENTRY = re.compile(r"(?P<rule>\S+) +(?P<nodeid>\S.*?) +#(?: +(?P<reason>.*\S))? *")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Entry:
    """A generated test that is known to break a rule."""

    nodeid: str
    rule: str
    reason: str

    def __str__(self) -> str:
        return f"{self.rule} {self.nodeid}  # {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The rules that a test breaks, beside those that the baseline knows."""

    accepted: tuple[str, ...]
    new: tuple[str, ...]
    stale: tuple[str, ...]
    reason: str
    """Why what is accepted is accepted."""


ENTRIES = pytest.StashKey[tuple[Entry, ...]]()


def entries(config: pytest.Config) -> tuple[Entry, ...]:
    """The entries of the baseline that this run goes by; none where there is no baseline.

    Raises:
        pytest.UsageError: the file is missing, or has a line that is no entry, has no reason or names no rule.
    """
    if ENTRIES not in config.stash:
        options = of(config)
        new = options.baseline_update == "all"
        config.stash[ENTRIES] = _read(options.baseline, may_be_missing=new) if options.baseline else ()
    return config.stash[ENTRIES]


def _read(path: Path, *, may_be_missing: bool) -> tuple[Entry, ...]:
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        if may_be_missing:
            return ()
        raise pytest.UsageError(
            f"--ominigate-baseline: no file {path}; make one with --ominigate-baseline-update=all"
        ) from None
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    rules = rule_names()
    return tuple(
        _parse(f"{path.name}:{number}", line, rules) for number, line in lines if line and not line.startswith("#")
    )


def _parse(place: str, line: str, rules: Sequence[str]) -> Entry:
    match = _ENTRY.fullmatch(line)
    if match is None:
        raise pytest.UsageError(f"--ominigate-baseline: {place}: write RULE NODEID  # REASON, not {line!r}")
    rule, nodeid, reason = match.group("rule", "nodeid", "reason")
    if not reason:
        raise pytest.UsageError(f"--ominigate-baseline: {place}: a known failure needs a reason after the #")
    if rule not in rules:
        raise pytest.UsageError(f"--ominigate-baseline: {place}: {unknown_name('rule', rule, rules)}")
    return Entry(nodeid=nodeid, rule=rule, reason=reason)


def failing_rules(result: Mapping[str, Any], *, strict: bool) -> tuple[str, ...]:
    """The rules for which the result fails, in their order there; a broken SHOULD counts only where *strict*."""
    broken = [violation["rule"] for violation in result["violations"] if strict or violation["level"] == "MUST"]
    return tuple(dict.fromkeys(broken))


def compare(config: pytest.Config, result: Result) -> Comparison:
    """Set what the result shows against the baseline.

    While the baseline is being updated nothing is stale, and with ``all`` nothing is new.
    """
    options = of(config)
    known = {entry.rule: entry.reason for entry in entries(config) if entry.nodeid == result["nodeid"]}
    broken = failing_rules(result, strict=options.strict)
    if options.baseline_update == "all":
        known = {rule: known.get(rule, NO_REASON) for rule in broken}
    accepted = tuple(rule for rule in broken if rule in known)
    return Comparison(
        accepted=accepted,
        new=tuple(rule for rule in broken if rule not in known),
        stale=() if options.baseline_update else tuple(rule for rule in known if rule not in broken),
        reason="; ".join(f"{rule}: {known[rule]}" for rule in accepted),
    )


def orphans(config: pytest.Config, *, collected: Collection[str], looked_through: Collection[str]) -> tuple[Entry, ...]:
    """The entries that name no test, though their conftest.py was looked through or is gone.

    Args:
        config: of this run.
        collected: the node ids of all tests that were generated, deselected ones too.
        looked_through: the node ids of the conftest.py files from which tests could be generated.
    """
    files = {entry: entry.nodeid.partition("::")[0] for entry in entries(config)}
    return tuple(
        entry
        for entry, file in files.items()
        if entry.nodeid not in collected and (file in looked_through or not (config.rootpath / file).exists())
    )


def update(config: pytest.Config, results: Iterable[Mapping[str, Any]], orphaned: Collection[Entry]) -> list[Entry]:
    """Rewrite the baseline after a run, as ``--ominigate-baseline-update`` says, and return what it holds now.

    Entries that were confirmed, or not looked at, are kept. Comment lines at the head are kept too.
    """
    options = of(config)
    judged = {
        result["nodeid"]: failing_rules(result, strict=options.strict)
        for result in results
        if result["verdict"] != "inconclusive"
    }
    kept = [
        entry
        for entry in entries(config)
        if entry not in orphaned and (entry.nodeid not in judged or entry.rule in judged[entry.nodeid])
    ]
    if options.baseline_update == "all":
        known = {(entry.nodeid, entry.rule) for entry in kept}
        kept += [
            Entry(nodeid=nodeid, rule=rule, reason=NO_REASON)
            for nodeid, rules in judged.items()
            for rule in rules
            if (nodeid, rule) not in known
        ]
    kept.sort()
    if options.baseline is not None:
        _write(options.baseline, kept)
    return kept


def _write(path: Path, entries: Iterable[Entry]) -> None:
    head = [HEADER]
    if path.exists():
        old = path.read_text("utf-8").splitlines()
        head = old[: next((index for index, line in enumerate(old) if not line.startswith("#")), len(old))]
    path.write_text("\n".join([*head, *map(str, entries), ""]), "utf-8", newline="\n")
