"""The same results give the same bytes, in every format."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_ominigate.reports.formats import FORMATS
from pytest_ominigate.reports.model import SessionReport

from .samples import session

ALL = pytest.mark.parametrize("name", FORMATS)


def shuffled() -> SessionReport:
    report = session()
    return SessionReport.of(
        # Through JSON and back, as between an xdist worker and the controller.
        json.loads(json.dumps(list(reversed(report.results)))),
        not_run=reversed(report.not_run),
        documented=report.documented,
        plugin=report.plugin,
    )


def test_all_formats_of_the_option_are_there() -> None:
    assert list(FORMATS) == ["json", "html", "markdown", "github", "gitlab", "sarif"]


@ALL
def test_the_order_of_arrival_does_not_show(name: str) -> None:
    assert FORMATS[name].render(shuffled()) == FORMATS[name].render(session())


@ALL
def test_a_report_leaves_its_results_alone(name: str) -> None:
    report = session()
    before = copy.deepcopy(report.results)
    FORMATS[name].render(report)
    assert report.results == before


@ALL
def test_reports_are_ascii_and_end_with_a_newline(name: str) -> None:
    for report in (session(), SessionReport.of([], plugin="0.1.0")):
        text = FORMATS[name].render(report)
        assert text.isascii()
        assert text.endswith("\n")
        assert "\r" not in text


def test_another_process_with_another_hash_seed_writes_the_same() -> None:
    program = (
        "import json, sys\n"
        "from pytest_ominigate.reports.formats import FORMATS\n"
        "from pytest_ominigate.reports.model import SessionReport\n"
        "report = SessionReport.of(json.load(sys.stdin), documented=['a', 'b'], plugin='0.1.0')\n"
        "sys.stdout.write(''.join(FORMATS[name].render(report) for name in FORMATS))\n"
    )
    root = Path(__file__).parents[2]
    outputs = [
        subprocess.run(
            [sys.executable, "-c", program],
            input=json.dumps(list(session().results)),
            capture_output=True,
            text=True,
            check=True,
            cwd=root,
            env=os.environ | {"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    ]
    assert outputs[0]
    assert outputs[0] == outputs[1]
