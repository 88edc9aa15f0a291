"""The ini key ``ominigate_waive``: what generated tests are not judged by, with a reason."""

from __future__ import annotations

import pytest

from .conftest import Project


def outcomes(project: Project, *waivers: str) -> dict[str, int]:
    """What becomes of ``healthy`` and of the scenarios of rate_limited that a client recovers from."""
    project.ini("ominigate_waive =", *(f"    {waiver}" for waiver in waivers))
    found = project.run("--ominigate-errors", "-k", "healthy or rate_limited-recovers").parseoutcomes()
    return {word: number for word, number in found.items() if word in ("passed", "failed")}


@pytest.mark.parametrize(
    ("waivers", "expected"),
    [
        ((), {"failed": 4}),
        (("chat rate_limited early-retry: issue 12",), {"passed": 1, "failed": 3}),
        (("* rate_limited early-retry: issue 12",), {"passed": 1, "failed": 3}),
        (("chat * early-retry: issue 12",), {"passed": 4}),
        (("* * *: issue 12",), {"passed": 4}),
        (("image * early-retry: issue 12",), {"failed": 4}),
        (("chat * flat-backoff: issue 12",), {"failed": 4}),
        (("chat rpm_rate_limited early-retry: a", "chat tpm_rate_limited *: b: c"), {"passed": 2, "failed": 2}),
    ],
)
def test_a_waiver_covers_its_operation_code_and_rule(
    project: Project, waivers: tuple[str, ...], expected: dict[str, int]
) -> None:
    assert outcomes(project.client("fail early-retry"), *waivers) == expected


def test_waivers_are_told_at_the_end(project: Project) -> None:
    project.client("fail early-retry").ini("ominigate_waive = chat * early-retry: issue 12")

    project.ask().stdout.fnmatch_lines(["waived", "  early-retry in 1 scenario: issue 12"])


def test_a_waiver_without_effect_is_told(project: Project) -> None:
    project.client("pass").ini("ominigate_waive = chat * early-retry: issue 12")

    result = project.ask()

    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["waiver without effect in this run: chat [*] early-retry: issue 12"])


def test_a_waiver_of_tests_that_were_left_out_is_not_told(project: Project) -> None:
    project.client("pass").ini("ominigate_waive = chat rate_limited early-retry: issue 12")

    assert "waiver without effect" not in project.ask().stdout.str()


def test_a_waiver_of_no_test_is_told_where_all_were_run(project: Project) -> None:
    project.client("pass").ini("ominigate_waive = image rate_limited early-retry: issue 12")

    project.run("--ominigate-errors").stdout.fnmatch_lines(
        ["waiver without effect in this run: image rate_limited early-retry: issue 12"]
    )


@pytest.mark.parametrize(
    ("waiver", "told"),
    [
        ("chat rate_limited early-retry", "a waiver needs a reason, after a colon"),
        ("chat rate_limited early-retry:", "a waiver needs a reason, after a colon"),
        ("chat early-retry: why", "write OPERATION CODE RULE: REASON, such as 'chat rate_limited early-retry: *"),
        ("chats * early-retry: why", "no operation 'chats'. Did you mean 'chat'? Known: chat, chat_stream, *"),
        ("chat rate_limit early-retry: why", "no documented error 'rate_limit'. Did you mean 'rate_limited'? Known: *"),
        ("chat * early-rety: why", "no rule 'early-rety'. Did you mean 'early-retry'? Known: *"),
    ],
)
def test_a_misuse_is_answered_with_the_choices(project: Project, waiver: str, told: str) -> None:
    result = project.client().ini(f"ominigate_waive = {waiver}").run("--ominigate-errors")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: ominigate_waive (ini): '{waiver}': {told}".replace("[", "[[]")])


@pytest.mark.parametrize(
    ("waive", "outcome"), [("{'early-retry': 'issue 12'}", "passed"), ("{'flat-backoff': 'issue 12'}", "failed")]
)
def test_a_mark_waives_for_its_test(project: Project, waive: str, outcome: str) -> None:
    project.write(
        {
            "test_it.py": f"""
import pytest
@pytest.mark.ominigate("rate_limited", waive={waive})
def test_it(ominigate):
    ominigate.say("fail early-retry")
"""
        }
    )

    project.run().assert_outcomes(**{outcome: 1})


@pytest.mark.parametrize(
    ("waive", "told"),
    [
        ("{'early-rety': 'x'}", "no rule 'early-rety'. Did you mean 'early-retry'? Known: *"),
        ("{'early-retry': ''}", "waive: early-retry needs a reason, as text"),
        ("{'early-retry': 12}", "waive: early-retry needs a reason, as text"),
    ],
)
def test_a_misused_mark_is_answered_with_the_choices(project: Project, waive: str, told: str) -> None:
    project.write({"test_it.py": f"import pytest\n@pytest.mark.ominigate(waive={waive})\ndef test_it(): pass"})

    project.run().stdout.fnmatch_lines([f"@pytest.mark.ominigate: {told}"])
