"""Flags that choose between names, and how their values reach the trials."""

from __future__ import annotations

import pytest

from pytest_ominigate import options
from pytest_ominigate.reports.formats import FORMATS
from pytest_ominigate.transports import TRANSPORTS

from .conftest import Project

SETTINGS = """
import pytest

@pytest.fixture
def ominigate_chat(ominigate):
    print("settings:", ominigate.settings)
    return lambda: "pass"
"""


@pytest.mark.parametrize(
    ("flag", "ini", "seen"),
    [
        ("--ominigate-transport=vcr", "ominigate_transport = vcr", "transport='vcr'"),
        ("--ominigate-clock=real", "ominigate_clock = real", "clock='real'"),
        ("--ominigate-trials=3", "ominigate_trials = 3", "trials=3"),
        ("--ominigate-strict", "ominigate_strict = yes", "strict=True"),
        ("--ominigate-select=early-retry", "ominigate_select = early-retry", "select=frozenset({'early-retry'})"),
        ("--ominigate-ignore=early-retry", "ominigate_ignore = early-retry", "ignore=frozenset({'early-retry'})"),
    ],
)
def test_flag_and_ini_key_reach_the_trials(project: Project, flag: str, ini: str, seen: str) -> None:
    project.write({"conftest.py": SETTINGS})

    project.run("--ominigate-errors", "-k", "healthy", "-rP", flag).stdout.fnmatch_lines([f"settings: *{seen}*"])
    project.ini(ini)
    project.run("--ominigate-errors", "-k", "healthy", "-rP").stdout.fnmatch_lines([f"settings: *{seen}*"])


def test_the_flag_beats_the_ini_key(project: Project) -> None:
    project.write({"conftest.py": SETTINGS}).ini("ominigate_clock = real")

    result = project.run("--ominigate-errors", "-k", "healthy", "-rP", "--ominigate-clock=virtual")

    result.stdout.fnmatch_lines(["settings: *clock='virtual'*"])


@pytest.mark.parametrize(
    "flags",
    [
        ("--ominigate-select=early-retry,flat-backoff",),
        ("--ominigate-select=early-retry, flat-backoff,",),
        ("--ominigate-select=early-retry", "--ominigate-select=flat-backoff"),
    ],
)
def test_rules_are_listed_with_commas_or_one_by_one(project: Project, flags: tuple[str, ...]) -> None:
    project.write({"conftest.py": SETTINGS.replace("ominigate.settings", "sorted(ominigate.settings.select)")})

    result = project.run("--ominigate-errors", "-k", "healthy", "-rP", *flags)

    result.stdout.fnmatch_lines(["settings: ['early-retry', 'flat-backoff']".replace("[", "[[]")])


@pytest.mark.parametrize("lead", [(), ("--ominigate-errors",)])
@pytest.mark.parametrize(
    ("flag", "told"),
    [
        (
            "--ominigate-transport=lopback",
            "--ominigate-transport: no choice 'lopback'. Did you mean 'loopback'? Known: loopback, vcr, responses",
        ),
        ("--ominigate-clock=sundial", "--ominigate-clock: no choice 'sundial'. Known: virtual, real"),
        ("--ominigate-select=early-rety", "--ominigate-select: no rule 'early-rety'. Did you mean 'early-retry'? *"),
        ("--ominigate-ignore=early_retry", "--ominigate-ignore: no rule 'early_retry'. Did you mean 'early-retry'? *"),
        (
            "--ominigate-report=jsn",
            "--ominigate-report: no report format 'jsn'. Did you mean 'json'? Known: json, html, markdown, *",
        ),
        ("--ominigate-trials=0", "--ominigate-trials: 0 is no number of at least 1"),
    ],
)
def test_a_misuse_is_answered_with_the_choices(project: Project, lead: tuple[str, ...], flag: str, told: str) -> None:
    result = project.client().run(*lead, flag)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {told}"])


def test_a_wrong_ini_value_is_told_with_its_key(project: Project) -> None:
    project.client().ini("ominigate_clock = sundial")

    result = project.run("--ominigate-errors")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: ominigate_clock (ini): no choice 'sundial'. Known: virtual, real"])


def test_a_wrong_ini_value_is_told_to_a_test_that_needs_it(project: Project) -> None:
    project.write({"test_it.py": "def test_it(ominigate): pass"}).ini("ominigate_clock = sundial")

    result = project.run()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["ominigate_clock (ini): no choice 'sundial'. Known: virtual, real"])


def test_the_choices_are_those_of_the_parts_below() -> None:
    assert options.TRANSPORTS == TRANSPORTS
    help_text = next(setting.help for setting in options.SETTINGS if setting.name == "ominigate_report")
    assert help_text.partition("formats: ")[2] == ", ".join(FORMATS)


def test_the_flags_are_the_documented_ones() -> None:
    assert [setting.option for setting in options.SETTINGS if setting.flag] == [
        "--ominigate-errors",
        "--no-ominigate",
        "--ominigate-strict",
        "--ominigate-select",
        "--ominigate-ignore",
        "--ominigate-transport",
        "--ominigate-clock",
        "--ominigate-trials",
        "--ominigate-fail-under",
        "--ominigate-min-checks",
        "--ominigate-baseline",
        "--ominigate-baseline-update",
        "--ominigate-report",
        "--ominigate-explain",
        "--ominigate-list",
        "--ominigate-cassettes",
    ]


def test_settings_may_stand_in_pyproject(project: Project) -> None:
    lines = ("[tool.pytest.ini_options]", 'ominigate_min_checks = "7"', 'ominigate_report = ["json:a.json", "html"]')
    project.write({"pyproject.toml": "\n".join(lines)}).client()

    result = project.ask()

    result.stdout.fnmatch_lines(
        ["json report: a.json", "html report: ominigate.html", "gate failed: 1 of at least 7 *"]
    )
