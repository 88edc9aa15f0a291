"""A client fixture that hands out something else is told what to return."""

from __future__ import annotations

import pytest

from .conftest import CHAT, REST, Project

ADVICE = "; it must return a callable without arguments, such as: lambda: client.ask('ping')"


def flowing(result: pytest.RunResult) -> str:
    """The output without its line breaks."""
    return " ".join(result.stdout.str().split())


def conftest(*, returns: str, lead: str = "") -> dict[str, str]:
    return {
        "conftest.py": f"""
import pytest

@pytest.fixture
{lead}def ominigate_chat(ominigate):
    return {returns}
"""
    }


@pytest.mark.parametrize(
    ("returns", "told"),
    [
        ("None", "returned nothing"),
        ("'pong'", "returned an object of type str"),
        (
            "lambda prompt: 'pass'",
            "returned a callable that cannot be called without arguments (missing a required argument: 'prompt')",
        ),
    ],
)
def test_the_failure_names_the_fixture_and_what_it_should_return(project: Project, returns: str, told: str) -> None:
    project.write(conftest(returns=returns))

    result = project.ask()

    result.assert_outcomes(failed=1, deselected=REST)
    assert f"the fixture ominigate_chat {told}{ADVICE}" in flowing(result)


def test_it_is_one_finding_and_the_rest_is_inconclusive(project: Project) -> None:
    project.write(conftest(returns="1"))

    result = project.run("--ominigate-errors", "-k", "healthy or rate_limited-recovers")

    outcomes = result.parseoutcomes()
    assert (outcomes["failed"], outcomes["inconclusive"]) == (1, 3)


def test_a_fixture_that_raises_is_an_error_of_each_item(project: Project) -> None:
    project.write(conftest(returns="1 / 0"))

    result = project.run("--ominigate-errors", "-k", "healthy or empty_500")

    result.assert_outcomes(errors=2, deselected=REST - 1)
    result.stdout.fnmatch_lines([f"gate failed: no scenario came to a verdict: 2 inconclusive of {len(CHAT)}"])


def test_a_callable_that_hides_its_signature_is_taken(project: Project) -> None:
    project.write(conftest(returns="dict"))

    project.ask().assert_outcomes(passed=1, deselected=REST)
