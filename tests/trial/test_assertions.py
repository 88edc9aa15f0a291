"""An assertion of the test suite's own is told from one in the client's code."""

from __future__ import annotations

import types

import pytest

from pytest_ominigate.trial.assertions import is_of_the_suite

from .endings import raised

CHECK = "def check(): assert 1 > 2"


def failing(path: str, source: str = CHECK, **names: object) -> BaseException:
    module = types.ModuleType("made")
    vars(module).update(names)
    exec(compile(source, path, "exec"), vars(module))
    return raised(module.check)


@pytest.mark.parametrize("path", ["/app/tests/test_chat.py", "/app/conftest.py", "/app/chat_test.py"])
def test_a_file_of_tests_is_known_by_its_name(path: str) -> None:
    assert is_of_the_suite(failing(path))


def test_a_module_whose_assertions_pytest_has_rewritten_belongs_to_the_suite() -> None:
    assert is_of_the_suite(raised(check_here))
    assert is_of_the_suite(failing("/app/checks.py", **{"@pytest_ar": pytest}))


def check_here() -> None:
    assert CHECK == ""


@pytest.mark.parametrize("path", ["/app/client.py", "/app/contest.py", "/app/latest.py"])
def test_other_code_is_the_clients(path: str) -> None:
    assert not is_of_the_suite(failing(path))


@pytest.mark.parametrize(
    "source",
    [
        "class Refused(AssertionError): pass\ndef check(): raise Refused",
        "def check(): raise ValueError",
    ],
)
def test_other_exceptions_are_no_assertions(source: str) -> None:
    assert not is_of_the_suite(failing("/app/conftest.py", source))


def test_the_innermost_frame_decides() -> None:
    inner = types.ModuleType("client")
    exec(compile(CHECK, "/app/client.py", "exec"), vars(inner))

    assert not is_of_the_suite(raised(inner.check))


@pytest.mark.parametrize("value", [AssertionError("never raised"), None, "text"])
def test_what_was_not_raised_belongs_to_nobody(value: object) -> None:
    assert not is_of_the_suite(value)
