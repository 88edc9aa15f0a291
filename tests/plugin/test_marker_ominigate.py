"""``@pytest.mark.ominigate``: serves errors to a test written by hand, and judges the client when the test returns."""

from __future__ import annotations

import pytest

from .conftest import Project


def body(mark: str = "ominigate('rate_limited')", *lines: str, head: str = "") -> dict[str, str]:
    """A marked test; the fixture ``ominigate`` says how its client is to be judged."""
    text = "\n    ".join(lines or ("ominigate.say('pass')",))
    return {"test_it.py": f"import pytest\n{head}\n@pytest.mark.{mark}\ndef test_it(ominigate):\n    {text}\n"}


def test_the_test_passes_where_the_client_does_its_duty(project: Project) -> None:
    project.write(body()).run().assert_outcomes(passed=1)


def test_a_broken_duty_fails_the_test_in_its_call_phase(project: Project) -> None:
    result = project.write(body("ominigate('rate_limited')", "ominigate.say('fail early-retry')")).run()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["the client broke 1 MUST on chat", "*early-retry*"])
    assert "Traceback" not in result.stdout.str()


@pytest.mark.parametrize(
    ("mark", "planned"),
    [
        ("ominigate", []),
        ("ominigate()", []),
        ("ominigate('rate_limited')", [("rate_limited",)]),
        ("ominigate('rate_limited', 'upstream_failed')", [("rate_limited", "upstream_failed")]),
        ("ominigate('rate_limited', times=2, retry_after=20)", [("rate_limited", 2, 20)]),
        ("ominigate('rate_limited', times=None)", [("rate_limited", None)]),
        ("ominigate('not_found', on='video.status')", [("not_found", "video.status")]),
        ("ominigate('key_daily_limit', status=402)", [("key_daily_limit", 402)]),
    ],
)
def test_its_arguments_reach_the_gateway(project: Project, mark: str, planned: list[tuple[object, ...]]) -> None:
    project.write(body(mark, f"assert ominigate.planned == {planned!r}", "ominigate.say('pass')"))

    project.run().assert_outcomes(passed=1)


def test_several_marks_add_up_from_the_top(project: Project) -> None:
    project.write(
        body(
            "ominigate('rate_limited')\n@pytest.mark.ominigate('internal_error')",
            "assert ominigate.planned == [('rate_limited',), ('internal_error',)]",
            "ominigate.say('pass')",
        )
    )

    project.run().assert_outcomes(passed=1)


def test_a_mark_on_the_test_beats_those_around_it(project: Project) -> None:
    project.write(
        body(
            "ominigate('rate_limited')",
            "assert ominigate.planned == [('rate_limited',)]",
            "ominigate.say('pass')",
            head="pytestmark = pytest.mark.ominigate('internal_error')",
        )
    )

    project.run().assert_outcomes(passed=1)


def test_the_mark_alone_brings_the_gateway(project: Project) -> None:
    project.write({"test_it.py": "import pytest\n@pytest.mark.ominigate('rate_limited')\ndef test_it(): pass"})

    result = project.run()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["ominigate: no request reached the fake gateway, so there is nothing to judge.*"])


def test_the_mark_works_on_methods_of_unittest(project: Project) -> None:
    project.write(
        {
            "test_it.py": """
import unittest
import pytest

class TestIt(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def _gateway(self, ominigate):
        self.ominigate = ominigate

    @pytest.mark.ominigate("rate_limited")
    def test_it(self):
        self.ominigate.say("fail early-retry")
"""
        }
    )

    project.run().assert_outcomes(failed=1)


def test_the_gateway_is_watched_while_the_body_runs_and_only_then(project: Project) -> None:
    project.write(
        body(
            "ominigate",
            "assert (built.watched, ominigate.watched) == (False, True)",
            "ominigate.say('pass')",
            head="""
class Built: pass
built = Built()

@pytest.fixture(autouse=True)
def around(ominigate):
    built.watched = ominigate.watched
    yield
    assert not ominigate.watched
""",
        )
    )

    project.run().assert_outcomes(passed=1)


def test_the_tests_own_error_stays_the_headline_and_ours_is_added(project: Project) -> None:
    result = project.write(
        body("ominigate('rate_limited')", "ominigate.say('fail early-retry')", "assert 1 + 1 == 3")
    ).run()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E * assert (1 + 1) == 3",
            "*---- ominigate ----*",
            "the client broke 1 MUST on chat",
            "FAILED *assert (1 + 1) == 3",
        ]
    )


def test_a_failing_test_that_sent_nothing_says_only_its_own(project: Project) -> None:
    result = project.write(body("ominigate('rate_limited')", "assert 1 + 1 == 3")).run()

    result.assert_outcomes(failed=1)
    assert "no request reached" not in result.stdout.str()


@pytest.mark.parametrize(
    ("line", "outcome"), [("pytest.skip('not now')", "skipped"), ("pytest.xfail('known')", "xfailed")]
)
def test_an_outcome_the_test_chooses_stands(project: Project, line: str, outcome: str) -> None:
    project.write(body("ominigate('rate_limited')", "ominigate.say('fail early-retry')", line))

    project.run().assert_outcomes(**{outcome: 1})


def test_xfail_marks_apply_to_the_judgement(project: Project) -> None:
    project.write(body("xfail(strict=True)\n@pytest.mark.ominigate", "ominigate.say('fail early-retry')"))

    project.run().assert_outcomes(xfailed=1)


def test_a_client_that_had_to_be_stopped_is_judged(project: Project) -> None:
    project.write(
        body(
            "ominigate('rate_limited', times=None)",
            "from fake_trial import Runaway",
            "ominigate.say('fail endless-retry')",
            "raise Runaway",
        )
    )

    result = project.run()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*endless-retry*"])


def test_an_inconclusive_judgement_is_no_pass(project: Project) -> None:
    result = project.write(body("ominigate", "ominigate.say('inconclusive the clock was blind')")).run("-v")

    assert result.parseoutcomes() == {"inconclusive": 1}
    result.stdout.fnmatch_lines(["test_it.py::test_it INCONCLUSIVE (the clock was blind) *"])


@pytest.mark.parametrize(
    ("mark", "told"),
    [
        ("ominigate('rate_limitd')", "no documented error 'rate_limitd'. Did you mean 'rate_limited'? Known: *"),
        ("ominigate(429)", "no documented error '429'.*"),
        (
            "ominigate('rate_limited', time=2)",
            "no argument 'time'. Did you mean 'times'? Known: times, status, retry_after, on, waive",
        ),
        ("ominigate(times=2)", "times= says how to serve an error, but no code is named"),
        ("ominigate('rate_limited', times=0)", "times is a number from 1 up, or None for ever, not 0"),
        ("ominigate('rate_limited', status=503)", "rate_limited does not arrive under 503. Documented: 429"),
        (
            "ominigate('rate_limited', retry_after=True)",
            "retry_after is seconds, a datetime or the header's text, not True",
        ),
        ("ominigate('rate_limited', on='chatt')", "no operation or step 'chatt'. Did you mean 'chat'? Known: chat,*"),
        ("ominigate(waive='early-retry')", "waive='early-retry' is no dictionary such as *"),
    ],
)
def test_a_misuse_is_answered_with_the_choices(project: Project, mark: str, told: str) -> None:
    result = project.write(body(mark)).run()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"@pytest.mark.ominigate: {told}"])


def test_the_fixture_alone_is_watched_but_not_judged(project: Project) -> None:
    project.write(
        {"test_it.py": "def test_it(ominigate):\n    assert ominigate.watched\n    ominigate.say('fail early-retry')\n"}
    )

    project.run().assert_outcomes(passed=1)


def test_the_mark_is_registered(project: Project) -> None:
    project.write(body()).run("--strict-markers").assert_outcomes(passed=1)
    project.run("--markers").stdout.fnmatch_lines(
        [
            "@pytest.mark.ominigate([*]codes, times=1, status=None, retry_after=None, on=None, waive=None): *",
            "@pytest.mark.ominigate_errors([*]names): *",
        ]
    )
