"""``--ominigate-errors`` generates and gates: a run in which nothing was judged is no success."""

from __future__ import annotations

import pytest

from .conftest import ALL, CHAT, REST, Project

OWN = {"test_own.py": "def test_own(): pass"}
WORKERS = pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["alone", "xdist"])
NO_CLIENT = (
    "gate failed: no scenario ran: no conftest.py in the folders that were collected binds any of "
    "ominigate_chat, ominigate_chat_stream, ominigate_messages, ominigate_messages_stream, ominigate_image, "
    "ominigate_video"
)
NONE_RAN = f"gate failed: no scenario ran: all {len(CHAT)} were deselected or skipped"


@WORKERS
def test_a_compliant_client_passes(project: Project, workers: tuple[str, ...]) -> None:
    result = project.client().write(OWN).run("--ominigate-errors", *workers)

    result.assert_outcomes(passed=len(CHAT) + 1)
    assert result.ret == pytest.ExitCode.OK
    counts = f"{len(CHAT)} scenarios: {len(CHAT)} passed; no duty broken; not run: {len(ALL) - len(CHAT)} *"
    result.stdout.fnmatch_lines(["*= ominigate =*", counts])


def test_one_broken_duty_is_exit_code_1(project: Project) -> None:
    result = project.client("fail early-retry").run("--ominigate-errors", "-k", "healthy or empty_500")

    result.assert_outcomes(failed=2, deselected=REST - 1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines([f"2 scenarios: 2 failed; 1 MUST duty broken; not run: {len(ALL) - 2} *"])


@WORKERS
def test_no_client_is_exit_code_1_with_the_reason(project: Project, workers: tuple[str, ...]) -> None:
    result = project.write(OWN).run("--ominigate-errors", *workers)

    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines([NO_CLIENT])


def test_no_test_at_all_is_exit_code_1_too(project: Project) -> None:
    assert project.run("--ominigate-errors").ret == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize("narrowing", [("-k", "test_own"), ("-m", "not ominigate"), ("-n2", "-k", "test_own")])
def test_all_deselected_is_exit_code_1(project: Project, narrowing: tuple[str, ...]) -> None:
    result = project.client().write(OWN).run("--ominigate-errors", *narrowing)

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines([NONE_RAN])


@WORKERS
def test_all_skipped_is_exit_code_1(project: Project, workers: tuple[str, ...]) -> None:
    skipping = "\n@pytest.fixture(autouse=True)\ndef skipping(): pytest.skip('not here')\n"
    project.client().write({"conftest.py": (project.path / "conftest.py").read_text() + skipping})

    result = project.run("--ominigate-errors", *workers)

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines([f"0 scenarios run; not run: {len(ALL)} ({len(CHAT)} chat: skipped; *", NONE_RAN])


@WORKERS
def test_none_conclusive_is_exit_code_1(project: Project, workers: tuple[str, ...]) -> None:
    result = project.client("inconclusive the clock was blind").run("--ominigate-errors", *workers)

    assert result.parseoutcomes() == {"inconclusive": len(CHAT)}
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    count = len(CHAT)
    result.stdout.fnmatch_lines([f"gate failed: no scenario came to a verdict: {count} inconclusive of {count}"])


def test_collecting_only_is_not_judged(project: Project) -> None:
    for planning in ("--collect-only", "--setup-plan"):
        result = project.client("fail early-retry").run("--ominigate-errors", planning)

        assert result.ret == pytest.ExitCode.OK
        assert "gate failed" not in result.stdout.str()


def test_a_collection_error_keeps_its_own_exit_code(project: Project) -> None:
    result = project.client().write({"test_own.py": "1 / 0"}).run("--ominigate-errors")

    assert result.ret == pytest.ExitCode.INTERRUPTED


def test_a_run_that_was_cut_short_is_not_judged_on_what_is_missing(project: Project) -> None:
    result = project.client("fail early-retry").run("--ominigate-errors", "-x", "--ominigate-min-checks=50")

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(failed=1)
    assert "gate failed" not in result.stdout.str()


def test_the_flag_may_stand_in_the_ini_file(project: Project) -> None:
    project.client().ini("ominigate_errors = true").run().assert_outcomes(passed=len(CHAT))


def test_the_header_tells_what_is_done(project: Project) -> None:
    project.client().run("--ominigate-errors", "-k", "healthy").stdout.fnmatch_lines(
        ["ominigate: judging clients against the gateway's errors (transport loopback, clock virtual)"]
    )


def test_a_test_that_was_run_again_counts_once_by_its_last_run(project: Project) -> None:
    project.write(
        {
            "conftest.py": """
import pytest

said = iter(["fail early-retry"])

@pytest.fixture
def ominigate_chat(ominigate):
    return lambda: next(said, "pass")

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    from _pytest.runner import runtestprotocol
    for report in runtestprotocol(item, nextitem=nextitem, log=False):
        if not (report.when == "call" and report.failed):
            item.ihook.pytest_runtest_logreport(report=report)
    item._initrequest()
    runtestprotocol(item, nextitem=nextitem)
    print("properties", item.user_properties)
    return True
"""
        }
    )

    result = project.ask("-s")

    properties = [(f"ominigate.{name}", value) for name, value in (("operation", "chat"), ("scenario", "healthy"))]
    assert f"properties {[*properties, ('ominigate.verdict', 'pass')]}" in result.stdout.str()
    result.stdout.fnmatch_lines(["1 scenario: 1 passed; no duty broken; *"])
