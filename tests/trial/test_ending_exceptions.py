"""What an ending says of an exception: chain, groups, notes, names, leaks, and one steady line."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

import pytest_ominigate
from pytest_ominigate.timeline import EndingKind
from pytest_ominigate.trial.ending import build
from pytest_ominigate.trial.masking import shortened, steady

from .endings import KEY, RATE_LIMITED, ending_of, raised, where


class ApiError(Exception):
    """A code that all of a class's instances share, one that is computed, and one that is kept privately."""

    code = "rate_limited"
    ALL_CODES = "insufficient_balance"

    def __init__(self, text: str = "no") -> None:
        super().__init__(text)
        self._details = {"request_id": "req_omg_000001"}

    @property
    def param(self) -> str:
        return "mod" + "el"


class DelegatingError(Exception):
    def __getattr__(self, name: str) -> str:
        if name == "code":
            return "rate_limited"
        raise AttributeError(name)


def chained(*, suppressed: bool = False) -> BaseException:
    def call() -> None:
        try:
            raise ApiError(f"inner {KEY}")
        except ApiError:
            if suppressed:
                raise RuntimeError("outer") from None
            raise RuntimeError("outer")  # noqa: B904 - the context is what is looked at

    return raised(call)


def test_class_attributes_properties_and_private_members_can_be_read() -> None:
    ending = ending_of(ApiError())

    assert where(ending, "rate_limited") == ["exception.code"]
    assert where(ending, "model") == ["exception.param"]
    assert where(ending, "req_omg_000001") == ["exception._details['request_id']"]


def test_a_constant_that_merely_lists_a_code_is_not_what_the_caller_was_told() -> None:
    assert not ending_of(ApiError()).reads("insufficient_balance")


def test_an_attribute_that_is_delegated_can_be_read() -> None:
    assert where(ending_of(DelegatingError()), "rate_limited") == ["exception.code"]


def test_a_context_can_be_read() -> None:
    ending = ending_of(chained())

    assert where(ending, "rate_limited") == ["exception.__context__.code"]
    assert "from tests.trial.test_ending_exceptions.ApiError" in ending.lineage


def test_a_suppressed_context_is_lost_as_in_a_traceback() -> None:
    ending = ending_of(chained(suppressed=True))

    assert not ending.reads("rate_limited")
    assert ending.lineage == ("builtins.RuntimeError", "builtins.Exception", "builtins.BaseException")
    assert ending.leaks == ()


def test_the_members_of_a_group_can_be_read_and_named() -> None:
    group = ExceptionGroup("two", [ApiError(), ExceptionGroup("one", [KeyError("choices")])])

    ending = ending_of(group)

    assert where(ending, "rate_limited") == ["exception.exceptions[0].code"]
    assert "builtins.KeyError" in ending.lineage


def test_notes_can_be_read() -> None:
    exc = RuntimeError("no")
    exc.add_note("request id req_omg_000001")

    assert ending_of(exc).reads("req_omg_000001")


def test_every_place_that_shows_the_key_is_named_once() -> None:
    exc = RuntimeError(f"key {KEY}")
    exc.add_note(f"sent {KEY}")

    assert ending_of(exc).leaks == (
        "str(exception)", "repr(exception)", "exception.args", "exception.__notes__", "traceback",
    )  # fmt: skip
    assert ending_of(chained()).leaks == (
        "str(exception.__context__)", "repr(exception.__context__)", "exception.__context__.args", "traceback",
    )  # fmt: skip


def test_a_key_that_is_only_kept_is_not_leaked() -> None:
    exc = RuntimeError("no")
    exc.request_headers = {"Authorization": f"Bearer {KEY}"}  # type: ignore[attr-defined]

    ending = ending_of(exc)

    assert ending.leaks == ()
    assert KEY not in repr(ending)


def test_a_result_that_prints_the_key_leaks_it() -> None:
    ending = build(EndingKind.RETURNED, {"headers": {"Authorization": KEY}}, secrets=(KEY,))

    assert ending.leaks == ("str(result)", "repr(result)")
    assert KEY not in repr(ending)


def test_a_placeholder_is_no_secret() -> None:
    """A key such as "none" stands in many an innocent sentence."""
    ending = build(EndingKind.RAISED, RuntimeError("none left"), secrets=("none", ""))

    assert ending.leaks == ()
    assert ending.summary == "raised RuntimeError: none left"


def test_a_key_that_was_never_sent_is_hidden_but_no_leak() -> None:
    ending = build(EndingKind.RAISED, RuntimeError("no account for sk-omg-other_1"), secrets=(KEY,))

    assert ending.summary == "raised RuntimeError: no account for [key]"
    assert ending.leaks == ()


def test_a_key_within_another_key_leaves_no_rest() -> None:
    ending = build(EndingKind.RAISED, RuntimeError(f"{KEY}-long"), secrets=(KEY, f"{KEY}-long"))

    assert ending.summary == "raised RuntimeError: [key]"


@pytest.mark.parametrize(
    ("kind", "value", "summary"),
    [
        (EndingKind.RAISED, ApiError("slow down"), "raised tests.trial.test_ending_exceptions.ApiError: slow down"),
        (EndingKind.RAISED, KeyError(), "raised KeyError"),
        (EndingKind.RAISED, ValueError("a\n  b"), "raised ValueError: a b"),
        (EndingKind.RAISED, ValueError("x" * 200), f"raised ValueError: {'x' * 98}..."),
        (EndingKind.RAISED, SystemExit(3), "exited: 3"),
        (EndingKind.RAISED, SystemExit(), "exited"),
        (EndingKind.EXITED, SystemExit("no credit"), "exited: no credit"),
        (EndingKind.STOPPED, ApiError("the harness's"), "stopped by the harness"),
        (EndingKind.RETURNED, "pong", "returned 'pong'"),
        (EndingKind.RETURNED, None, "returned None"),
        (EndingKind.RETURNED, 5, "returned 5"),
        (EndingKind.RETURNED, {"text": "pong"}, "returned dict: 'pong'"),
        (EndingKind.RETURNED, [], "returned list"),
        (EndingKind.RETURNED, object(), "returned object"),
        (EndingKind.RETURNED, io.BytesIO(b"\xff"), "returned _io.BytesIO: '<1 bytes a8100ae6aa19>'"),
        (EndingKind.RETURNED, b"\xff", "returned bytes: '<1 bytes a8100ae6aa19>'"),
        (EndingKind.RETURNED, KeyError("x"), "returned the exception KeyError"),
    ],
)
def test_the_summary_is_one_line(kind: EndingKind, value: object, summary: str) -> None:
    assert build(kind, value).summary == summary


def test_a_stopped_call_is_not_blamed_for_what_the_harness_threw() -> None:
    ending = build(EndingKind.STOPPED, ApiError(KEY), secrets=(KEY,), replies=(RATE_LIMITED,))

    assert (ending.clues, ending.leaks, ending.lineage) == ((), (), ())


def test_an_exit_is_an_ending_of_its_own() -> None:
    ending = build(EndingKind.RAISED, SystemExit(f"refused {KEY}"), secrets=(KEY,))

    assert ending.kind is EndingKind.EXITED
    assert ending.lineage[0] == "builtins.SystemExit"
    assert ending.leaks


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("<a.B object at 0x7f0012ab>", "<a.B object at 0x...>"),
        ("http://127.0.0.1:40123/v1", "http://127.0.0.1:PORT/v1"),
        ("HTTPConnectionPool(host='127.0.0.1', port=40123)", "HTTPConnectionPool(host='127.0.0.1', port=PORT)"),
        ("Connect call failed ('127.0.0.1', 40123)", "Connect call failed ('127.0.0.1', PORT)"),
        ("request req_omg_000012, task task_omg_3", "request req_omg_..., task task_omg_..."),
        ("id 123e4567-e89b-12d3-a456-426614174000", "id ..."),
        ("at 2026-11-22T10:00:00.5Z", "at TIME"),
        ("resets Sun, 22 Nov 2026 10:00:00 GMT", "resets TIME"),
        ("after 1.23456 s, stamp 1763805600.5", "after N.N s, stamp TIME"),
        ("in /tmp/pytest-1/x.png or tmpab12_xyz", "in PATH or tmp..."),
        ("429 after 20 s, limit 10.00, 1.5 s", "429 after 20 s, limit 10.00, 1.5 s"),
    ],
)
def test_what_differs_between_runs_is_taken_out(text: str, line: str) -> None:
    assert steady(text) == line


def test_a_text_is_shortened_to_its_width() -> None:
    assert shortened("abcdef", 6) == "abcdef"
    assert shortened("ab defg", 6) == "ab..."


SCRIPT = """
from pytest_ominigate.timeline import EndingKind
from pytest_ominigate.trial.ending import build

class Odd(Exception):
    def __init__(self):
        super().__init__(f"{object()} in {id(self)}", {"b", "a", "c"})
        self.codes = {"x", "z", "y"}

ending = build(EndingKind.RAISED, Odd())
print([clue for clue in ending.clues if ".codes" in clue.place])
"""


def test_two_processes_say_the_same() -> None:
    """Sets are read in an order of their own, whatever the hash seed."""
    root = Path(pytest_ominigate.__file__).parents[1]
    said = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT], env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            capture_output=True, check=True, text=True,
        ).stdout
        for seed in ("1", "2", "3")
    }  # fmt: skip

    assert len(said) == 1
    assert "exception.codes[2]" in said.pop()
