"""Every flag and ini key, as one table, and what was given for each. Loaded in every run, so it imports only pytest."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import pytest

TRANSPORTS = ("loopback", "vcr", "responses")
CLOCKS = ("virtual", "real")
UPDATES = ("prune", "all")
HARNESSES = ("auto", "asyncio", "anyio")

Kind = Literal["bool", "string", "int", "float", "args", "linelist"]


class Setting(NamedTuple):
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


def given(config: pytest.Config, name: str) -> Any:
    """What was given for a setting, unchecked: its flag, or else its ini key, or else the default."""
    setting = _BY_NAME[name]
    typed = config.getoption(name, None) if setting.flag else None
    if typed is not None or not setting.ini:
        return typed
    try:
        return config.getini(name)
    except (TypeError, ValueError) as error:  # pytest before 9.1 lets a wrong number through as it is
        raise pytest.UsageError(f"{name} (ini): {error}") from error


def named(config: pytest.Config, name: str) -> str:
    """The setting as the user wrote it: by flag, or by ini key."""
    setting = _BY_NAME[name]
    by_flag = setting.flag and config.getoption(name, None) is not None
    return setting.option if by_flag else f"{name} (ini)"


def generating(config: pytest.Config) -> bool:
    """Whether tests are to be generated. Costs nothing, so that every run can ask."""
    return bool(given(config, "ominigate_errors")) and not given(config, "no_ominigate")


def in_use(config: pytest.Config) -> bool:
    """Whether the command line asks for anything, so that what was chosen should be checked at once."""
    typed = any(config.getoption(setting.name) is not None for setting in SETTINGS if setting.flag)
    return generating(config) or (typed and not given(config, "no_ominigate"))


def gate_wanted(config: pytest.Config) -> bool:
    """Whether there may be something to judge or to write at the end."""
    return generating(config) or any(given(config, name) for name in ("ominigate_report", "ominigate_cassettes"))
