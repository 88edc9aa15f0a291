"""``ominigate_error`` runs a test over the catalogue; ``@pytest.mark.ominigate_errors`` narrows it."""

from __future__ import annotations

import pytest

from pytest_ominigate.catalogue import load

from .conftest import Project


def suite(mark: str = "", head: str = "") -> dict[str, str]:
    return {
        "test_it.py": f"""
import pytest
{head}
{mark}
def test_it(ominigate_error):
    assert ominigate_error.code and ominigate_error.as_json()["error"]["code"] == ominigate_error.code
"""
    }


def ids(project: Project) -> list[str]:
    return [nodeid.partition("[")[2].rstrip("]") for nodeid in project.ids()]


def test_a_test_runs_once_for_each_documented_error(project: Project) -> None:
    project.write(suite())

    assert ids(project) == list(load().codes)
    project.run().assert_outcomes(passed=len(load()))


@pytest.mark.parametrize(
    ("names", "codes"),
    [
        (["rate_limit_error"], ["rate_limited", "rpm_rate_limited", "tpm_rate_limited"]),
        (["rate_limited", "not_found"], ["not_found", "rate_limited"]),
        (["internal_error"], ["internal_error", "video_billing_error"]),
        (["authentication_error", "upstream_failed"], ["invalid_api_key", "expired_api_key", "upstream_failed"]),
    ],
)
def test_the_mark_names_families_or_codes(project: Project, names: list[str], codes: list[str]) -> None:
    project.write(suite(f"@pytest.mark.ominigate_errors(*{names!r})"))

    assert ids(project) == codes


def test_several_marks_add_up_and_the_nearest_counts(project: Project) -> None:
    marks = "@pytest.mark.ominigate_errors('rate_limited')\n@pytest.mark.ominigate_errors('not_found')"
    project.write(suite(marks, head="pytestmark = pytest.mark.ominigate_errors('billing_error')"))

    assert ids(project) == ["not_found", "rate_limited"]


@pytest.mark.parametrize(
    ("mark", "told"),
    [
        (
            "ominigate_errors('rate_limits')",
            "no documented family or error 'rate_limits'. Did you mean 'rate_limited'? Known: authentication_error,*",
        ),
        ("ominigate_errors()", "names no family and no code"),
        ("ominigate_errors(code='not_found')", "takes names of families and codes only, no argument 'code'"),
    ],
)
def test_a_misuse_is_answered_with_the_choices(project: Project, mark: str, told: str) -> None:
    result = project.write(suite(f"@pytest.mark.{mark}")).run()

    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines([f"*@pytest.mark.ominigate_errors: {told}"])


def test_the_mark_on_a_test_that_takes_no_error_is_a_misuse(project: Project) -> None:
    project.write({"test_it.py": "import pytest\n@pytest.mark.ominigate_errors('not_found')\ndef test_it(): pass"})

    result = project.run()

    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*test_it does not take the fixture ominigate_error, which this mark narrows"])
