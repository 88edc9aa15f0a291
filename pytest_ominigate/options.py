"""Every flag and ini key, as one table; and their values, read and checked."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import pytest

if TYPE_CHECKING:
    from .waivers import Waiver

TRANSPORTS = ("loopback", "vcr", "responses")
CLOCKS = ("virtual", "real")
UPDATES = ("prune", "all")
HARNESSES = ("auto", "asyncio", "anyio")

Clock = Literal["virtual", "real"]
Kind = Literal["bool", "string", "int", "float", "args", "linelist"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One thing the user can set: by a flag, by an ini key, or by both."""

    name: str
    """The ini key; the flag is the same with dashes."""
    kind: Kind
    help: str
    metavar: str | None = None
    default: Any = None
    flag: bool = True
    ini: bool = True
    gate: bool = False
    """Whether the flag makes sense only together with ``--ominigate-errors``."""

    @property
    def option(self) -> str:
        """The flag as typed."""
        return "--" + self.name.replace("_", "-")


SETTINGS = (
    Setting(
        name="ominigate_errors",
        kind="bool",
        default=False,
        help="generate a test for every documented gateway error, run them on the clients of conftest.py, and fail the "
        "run where none ran",
    ),
    Setting(name="no_ominigate", kind="bool", default=False, help="generate nothing, whatever --ominigate-errors says"),
    Setting(name="ominigate_strict", kind="bool", default=False, help="a broken SHOULD fails too"),
    Setting(name="ominigate_select", kind="args", metavar="RULE,...", default=(), help="judge by these rules only"),
    Setting(name="ominigate_ignore", kind="args", metavar="RULE,...", default=(), help="do not judge by these rules"),
    Setting(
        name="ominigate_transport",
        kind="string",
        metavar="|".join(TRANSPORTS),
        default="loopback",
        help="how requests are caught (default: loopback)",
    ),
    Setting(
        name="ominigate_clock",
        kind="string",
        metavar="|".join(CLOCKS),
        default="virtual",
        help="the clock of the client; real is for clients in another process (default: virtual)",
    ),
    Setting(
        name="ominigate_trials", kind="int", metavar="N", help="trials of each scenario that judges the shape of waits"
    ),
    Setting(
        name="ominigate_fail_under",
        kind="float",
        metavar="PCT",
        gate=True,
        help="fail the run if less than PCT percent of the generated tests passed",
    ),
    Setting(
        name="ominigate_min_checks",
        kind="int",
        metavar="N",
        gate=True,
        help="fail the run if fewer than N generated tests came to a verdict",
    ),
    Setting(
        name="ominigate_baseline",
        kind="string",
        metavar="FILE",
        gate=True,
        help="known failures, one a line: RULE NODEID  # REASON; an entry that no longer holds fails the run",
    ),
    Setting(
        name="ominigate_baseline_update",
        kind="string",
        metavar="|".join(UPDATES),
        gate=True,
        help="rewrite the baseline: prune drops what no longer holds, all takes in what fails now, too; not under CI",
    ),
    Setting(
        name="ominigate_report",
        kind="args",
        metavar="FORMAT[:PATH]",
        default=(),
        help="write a report, repeatable; formats: json, html, markdown, github, gitlab, sarif",
    ),
    Setting(
        name="ominigate_explain",
        kind="string",
        metavar="NAME",
        ini=False,
        help="explain a rule or an error code, and exit",
    ),
    Setting(
        name="ominigate_list", kind="bool", default=False, ini=False, help="list the scenarios and the rules, and exit"
    ),
    Setting(
        name="ominigate_cassettes",
        kind="string",
        metavar="DIR",
        help="audit the vcrpy cassettes under DIR: error envelopes, leaked keys",
    ),
    Setting(
        name="ominigate_waive",
        kind="linelist",
        default=(),
        flag=False,
        help="what generated tests are not judged by, one a line: OPERATION CODE RULE: REASON (* matches any)",
    ),
    Setting(
        name="ominigate_async",
        kind="string",
        default="auto",
        flag=False,
        help="the plugin that runs the generated tests of async fixtures: auto, asyncio or anyio",
    ),
)
_BY_NAME = {setting.name: setting for setting in SETTINGS}


def add(parser: pytest.Parser) -> None:
    """Declare every setting to pytest."""
    group = parser.getgroup("ominigate", "ominigate: errors of the OminiGate gateway")
    for setting in SETTINGS:
        if setting.flag:
            group.addoption(setting.option, dest=setting.name, help=setting.help, **_parsing(setting))
        if setting.ini:
            parser.addini(setting.name, setting.help, type=setting.kind, default=setting.default)


def _parsing(setting: Setting) -> dict[str, Any]:
    # None stands for "not given", so that the ini value can speak.
    match setting.kind:
        case "bool":
            return {"action": "store_true", "default": None}
        case "args":
            return {"action": "append", "metavar": setting.metavar, "default": None}
        case "int" | "float":
            number = int if setting.kind == "int" else float
            return {"action": "store", "type": number, "metavar": setting.metavar, "default": None}
        case _:
            return {"action": "store", "metavar": setting.metavar, "default": None}


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
    select: tuple[str, ...] | None
    """Rule names; None for all."""
    ignore: tuple[str, ...]
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


def generating(config: pytest.Config) -> bool:
    """Whether tests are to be generated. Costs nothing, so that every run can ask."""
    return bool(_value(config, "ominigate_errors")) and not _value(config, "no_ominigate")


def in_use(config: pytest.Config) -> bool:
    """Whether the command line holds any of the flags, or tests are to be generated."""
    flags = (setting for setting in SETTINGS if setting.flag)
    return generating(config) or any(config.getoption(flag.name) is not None for flag in flags)


def gate_wanted(config: pytest.Config) -> bool:
    """Whether there may be something to judge or to write at the end."""
    return generating(config) or any(_value(config, name) for name in ("ominigate_report", "ominigate_cassettes"))


def _read(config: pytest.Config) -> Options:
    if not (_value(config, "ominigate_errors") or _value(config, "no_ominigate")):
        _refuse_orphans(config)
    return Options(
        errors=generating(config),
        strict=bool(_value(config, "ominigate_strict")),
        select=_rules(config, "ominigate_select") or None,
        ignore=_rules(config, "ominigate_ignore"),
        transport=_choice(config, "ominigate_transport", TRANSPORTS),
        clock=cast("Clock", _choice(config, "ominigate_clock", CLOCKS)),
        trials=_number(config, "ominigate_trials", at_least=1),
        fail_under=_number(config, "ominigate_fail_under", at_least=0, at_most=100),
        min_checks=_number(config, "ominigate_min_checks", at_least=1),
        baseline=_path(config, "ominigate_baseline"),
        baseline_update=_update(config),
        reports=tuple(_report(config, text) for text in _value(config, "ominigate_report")),
        cassettes=_cassettes(config),
        waivers=_waivers(config),
        harness=_choice(config, "ominigate_async", HARNESSES),
    )


def _value(config: pytest.Config, name: str) -> Any:
    setting = _BY_NAME[name]
    given = config.getoption(name, None) if setting.flag else None
    if given is not None or not setting.ini:
        return given
    try:
        return config.getini(name)
    except (TypeError, ValueError) as error:  # pytest before 9.1 lets a wrong number through as it is
        raise pytest.UsageError(f"{name} (ini): {error}") from error


def _named(config: pytest.Config, name: str) -> str:
    """The setting as the user wrote it: by flag, or by ini key."""
    setting = _BY_NAME[name]
    by_flag = setting.flag and config.getoption(name, None) is not None
    return setting.option if by_flag else f"{name} (ini)"


def _refuse_orphans(config: pytest.Config) -> None:
    for setting in SETTINGS:
        if setting.gate and config.getoption(setting.name) is not None:
            raise pytest.UsageError(f"{setting.option} needs --ominigate-errors")


def _choice(config: pytest.Config, name: str, valid: Sequence[str]) -> str:
    value = str(_value(config, name))
    if value not in valid:
        raise pytest.UsageError(f"{_named(config, name)}: {_unknown('choice', value, valid)}")
    return value


def _number(
    config: pytest.Config, name: str, *, at_least: int, at_most: int | None = None
) -> Any:  # int or float, as the setting says
    value = _value(config, name)
    if value is None or (value >= at_least and (at_most is None or value <= at_most)):
        return value
    span = f"from {at_least} to {at_most}" if at_most is not None else f"of at least {at_least}"
    raise pytest.UsageError(f"{_named(config, name)}: {value:g} is no number {span}")


def _rules(config: pytest.Config, name: str) -> tuple[str, ...]:
    given = _split(_value(config, name))
    if given:
        valid = rule_names()
        for rule in given:
            if rule not in valid:
                raise pytest.UsageError(f"{_named(config, name)}: {_unknown('rule', rule, valid)}")
    return given


def _waivers(config: pytest.Config) -> tuple[Waiver, ...]:
    lines = _value(config, "ominigate_waive")
    if not lines:
        return ()
    from .catalogue import load
    from .waivers import parse_waivers

    return parse_waivers(lines, codes=load().codes, rules=rule_names())


def _unknown(kind: str, given: str, valid: Iterable[str]) -> str:
    from .catalogue import unknown_name  # only a misuse pays for the import

    return unknown_name(kind, given, valid)


def rule_names() -> tuple[str, ...]:
    """The names of all rules, in their order."""
    from .rules import RULES

    return tuple(rule.name for rule in RULES)


def _split(values: Iterable[str]) -> tuple[str, ...]:
    parts = (part.strip() for value in values for part in value.split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


def _path(config: pytest.Config, name: str) -> Path | None:
    value = _value(config, name)
    return _resolved(config, name, value) if value else None


def _resolved(config: pytest.Config, name: str, path: str) -> Path:
    # A flag is typed in some folder, an ini key stands in the project's.
    by_flag = config.getoption(name, None) is not None
    return (config.invocation_params.dir if by_flag else config.rootpath) / path


def _cassettes(config: pytest.Config) -> Path | None:
    folder = _path(config, "ominigate_cassettes")
    if folder is not None and not folder.is_dir():
        raise pytest.UsageError(f"{_named(config, 'ominigate_cassettes')}: no folder {folder}")
    return folder


def _update(config: pytest.Config) -> str | None:
    value = _value(config, "ominigate_baseline_update")
    if not value:
        return None
    named = _named(config, "ominigate_baseline_update")
    if value not in UPDATES:
        raise pytest.UsageError(f"{named}: {_unknown('choice', value, UPDATES)}")
    if not _value(config, "ominigate_baseline"):
        raise pytest.UsageError(f"{named} needs --ominigate-baseline=FILE")
    if os.environ.get("CI"):
        raise pytest.UsageError(f"{named}: refused, because CI is set: update the baseline on a developer's machine")
    return str(value)


def _report(config: pytest.Config, text: str) -> ReportWish:
    from .reports.formats import FORMATS

    name, _, path = text.partition(":")
    if name not in FORMATS:
        raise pytest.UsageError(f"{_named(config, 'ominigate_report')}: {_unknown('report format', name, FORMATS)}")
    if path:
        return ReportWish(format=name, path=_resolved(config, "ominigate_report", path))
    default = FORMATS[name].path
    return ReportWish(format=name, path=config.rootpath / default if default else None)
