"""What a client prints counts as its log."""

from __future__ import annotations

import sys
import warnings

import pytest

from pytest_ominigate.trial.output import collected_output


def test_what_is_printed_is_kept_and_still_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with collected_output() as told:
        print("request req_omg_0001")
        print("failed", file=sys.stderr)

    assert [(record.name, record.getMessage()) for record in told()] == [
        ("stdout", "request req_omg_0001\n"),
        ("stderr", "failed\n"),
    ]
    assert capsys.readouterr() == ("request req_omg_0001\n", "failed\n")


def test_the_streams_are_back_afterwards_also_after_an_exception() -> None:
    before = sys.stdout, sys.stderr

    with pytest.raises(ZeroDivisionError), collected_output():
        raise ZeroDivisionError

    assert (sys.stdout, sys.stderr) == before


def test_only_the_latest_of_a_flood_is_kept() -> None:
    with collected_output() as told:
        sys.stdout.write("x" * 200_000 + "end")

    (record,) = told()
    assert len(record.getMessage()) == 65_536
    assert record.getMessage().endswith("end")


def test_what_is_warned_of_is_kept_and_still_shown() -> None:
    with pytest.warns(UserWarning, match="key sk-omg-1 was refused"), collected_output() as told:
        warnings.warn("key sk-omg-1 was refused", stacklevel=1)

    assert [(record.name, record.getMessage()) for record in told()] == [("warnings", "key sk-omg-1 was refused")]


def test_warnings_are_shown_as_before_afterwards() -> None:
    before = warnings.showwarning

    with pytest.raises(ZeroDivisionError), collected_output():
        raise ZeroDivisionError

    assert warnings.showwarning is before
