"""What the user has chosen, read from the options and checked."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import pytest

from .catalogue import load, unknown_name
from .options import CLOCKS, HARNESSES, SETTINGS, TRANSPORTS, UPDATES, generating, given, named
from .rules import RULES

if TYPE_CHECKING:
    from .waivers import Waiver

Clock = Literal["virtual", "real"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWish:
    """A report to write."""

    format: str
    path: Path | None
    """Where to; None for the terminal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the user has set, checked."""

    errors: bool
    """Whether to generate tests and to gate on them."""
    strict: bool
    select: frozenset[str] | None
    """Rule names; None for all."""
    ignore: frozenset[str]
    transport: str
    clock: Clock
    trials: int | None
    fail_under: float | None
    """Percent."""
    min_checks: int | None
    baseline: Path | None
    baseline_update: str | None
    reports: tuple[ReportWish, ...]
    cassettes: Path | None
    waivers: tuple[Waiver, ...]
    harness: str


OPTIONS = pytest.StashKey[Options]()


def of(config: pytest.Config) -> Options:
    """The options of this run, read once.

    Raises:
        pytest.UsageError: a value is none of the valid ones, or does not go with the others.
    """
    if OPTIONS not in config.stash:
        config.stash[OPTIONS] = _read(config)
    return config.stash[OPTIONS]


def _read(config: pytest.Config) -> Options:
    if not (given(config, "ominigate_errors") or given(config, "no_ominigate")):
        _refuse_orphans(config)
    return Options(
        errors=generating(config),
        strict=bool(given(config, "ominigate_strict")),
        select=_rules(config, "ominigate_select") or None,
        ignore=_rules(config, "ominigate_ignore"),
        transport=_choice(config, "ominigate_transport", TRANSPORTS),
        clock=cast("Clock", _choice(config, "ominigate_clock", CLOCKS)),
        trials=_number(config, "ominigate_trials", at_least=1),
        fail_under=_number(config, "ominigate_fail_under", at_least=0, at_most=100),
        min_checks=_number(config, "ominigate_min_checks", at_least=1),
        baseline=_path(config, "ominigate_baseline"),
        baseline_update=_update(config),
        reports=tuple(_report(config, text) for text in given(config, "ominigate_report")),
        cassettes=_cassettes(config),
        waivers=_waivers(config),
        harness=_choice(config, "ominigate_async", HARNESSES),
    )


def _refuse_orphans(config: pytest.Config) -> None:
    for setting in SETTINGS:
        if setting.gate and config.getoption(setting.name) is not None:
            raise pytest.UsageError(f"{setting.option} needs --ominigate-errors")


def _choice(config: pytest.Config, name: str, valid: Sequence[str]) -> str:
    choice = str(given(config, name))
    if choice not in valid:
        raise pytest.UsageError(f"{named(config, name)}: {unknown_name('choice', choice, valid)}")
    return choice


def _number(
    config: pytest.Config, name: str, *, at_least: int, at_most: int | None = None
) -> Any:  # int or float, as the setting says
    number = given(config, name)
    if number is None or (number >= at_least and (at_most is None or number <= at_most)):
        return number
    span = f"from {at_least} to {at_most}" if at_most is not None else f"of at least {at_least}"
    raise pytest.UsageError(f"{named(config, name)}: {number:g} is no number {span}")


def _rules(config: pytest.Config, name: str) -> frozenset[str]:
    parts = (part.strip() for text in given(config, name) for part in text.split(","))
    rules = [part for part in parts if part]
    for rule in rules:
        if rule not in rule_names():
            raise pytest.UsageError(f"{named(config, name)}: {unknown_name('rule', rule, rule_names())}")
    return frozenset(rules)


def _waivers(config: pytest.Config) -> tuple[Waiver, ...]:
    lines = given(config, "ominigate_waive")
    if not lines:
        return ()
    from .waivers import parse_waivers

    return parse_waivers(lines, codes=load().codes, rules=rule_names())


def rule_names() -> tuple[str, ...]:
    """The names of all rules, in their order."""
    return tuple(rule.name for rule in RULES)


def _path(config: pytest.Config, name: str) -> Path | None:
    path = given(config, name)
    return _resolved(config, name, path) if path else None


def _resolved(config: pytest.Config, name: str, path: str) -> Path:
    # A flag is typed in some folder, an ini key stands in the project's.
    by_flag = config.getoption(name, None) is not None
    return (config.invocation_params.dir if by_flag else config.rootpath) / path


def _cassettes(config: pytest.Config) -> Path | None:
    folder = _path(config, "ominigate_cassettes")
    if folder is not None and not folder.is_dir():
        raise pytest.UsageError(f"{named(config, 'ominigate_cassettes')}: no folder {folder}")
    return folder


def _update(config: pytest.Config) -> str | None:
    if not given(config, "ominigate_baseline_update"):
        return None
    name = named(config, "ominigate_baseline_update")
    update = _choice(config, "ominigate_baseline_update", UPDATES)
    if not given(config, "ominigate_baseline"):
        raise pytest.UsageError(f"{name} needs --ominigate-baseline=FILE")
    if os.environ.get("CI"):
        raise pytest.UsageError(f"{name}: refused, because CI is set: update the baseline on a developer's machine")
    return update


def _report(config: pytest.Config, text: str) -> ReportWish:
    from .reports.formats import FORMATS

    name, _, path = text.partition(":")
    if name not in FORMATS:
        raise pytest.UsageError(f"{named(config, 'ominigate_report')}: {unknown_name('report format', name, FORMATS)}")
    if path:
        return ReportWish(format=name, path=_resolved(config, "ominigate_report", path))
    default = FORMATS[name].path
    return ReportWish(format=name, path=config.rootpath / default if default else None)
