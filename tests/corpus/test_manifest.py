"""The corpus is complete and says of itself what is true."""

from __future__ import annotations

import inspect
from collections import Counter
from pathlib import Path

import pytest

from .manifest import EVERY, GUILTY, INNOCENT
from .specimen import Specimen

OPERATIONS = ("chat", "chat_stream", "messages", "messages_stream", "image", "video")
LIBRARIES = {"requests", "httpx", "httpx2", "aiohttp", "urllib3", "urllib", "openai", "anthropic"}


@pytest.mark.parametrize("folder", ["innocent", "guilty"])
def test_every_file_has_one_record(folder: str) -> None:
    files = sorted(path.stem for path in (Path(__file__).parent / folder).glob("*.py") if path.stem != "__init__")
    assert sorted(specimen.name for specimen in EVERY if specimen.folder == folder) == files


@pytest.mark.parametrize("specimen", EVERY, ids=lambda specimen: specimen.id)
def test_record_tells_the_module_s_operations(specimen: Specimen) -> None:
    module = specimen.load()
    own = [name for name in OPERATIONS if getattr(getattr(module, name, None), "__module__", "") == module.__name__]
    assert sorted(own) == sorted(specimen.operations)
    for operation in own:
        caller = specimen.make(operation, "http://127.0.0.1:9/v1", "sk-omg-none")
        assert inspect.iscoroutinefunction(caller) is specimen.is_async


@pytest.mark.parametrize("specimens", [INNOCENT, GUILTY], ids=["innocent", "guilty"])
def test_every_library_is_among_them(specimens: tuple[Specimen, ...]) -> None:
    assert {specimen.library for specimen in specimens} == LIBRARIES


def test_every_operation_has_innocent_clients() -> None:
    assert {operation for specimen in INNOCENT for operation in specimen.operations} == set(OPERATIONS)


def test_every_rule_is_broken_by_two_clients_at_least() -> None:
    assert [rule for rule, count in Counter(specimen.rule for specimen in GUILTY).items() if count < 2] == []


def test_innocent_clients_break_no_rule() -> None:
    assert [specimen.id for specimen in INNOCENT if specimen.rule or specimen.level] == []
