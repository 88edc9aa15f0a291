"""The page on stock clients: in step with what is stored, and what is stored with a run of a client."""

from __future__ import annotations

import importlib
import json
import re
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from pytest_ominigate import RULES, load

FOLDER = Path(__file__).parent.parent.parent / "docs" / "stock_clients"
MODULES = ("page", "wording", "results", "rows")
STORED = json.loads((FOLDER / "results.json").read_text("utf-8"))
NAMES = {rule.name for rule in RULES}
CODES = {entry.code: set(entry.statuses) for entry in load()}


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The module that writes the page; it and its neighbours are forgotten afterwards."""
    monkeypatch.syspath_prepend(FOLDER)
    yield importlib.import_module("page")
    for name in MODULES:
        sys.modules.pop(name, None)


def test_the_page_is_that_of_the_stored_results(page: Any) -> None:
    assert page.PAGE.read_text("utf-8") == page.render(STORED), "run: python3 docs/stock_clients --render"


def test_every_client_is_stored_and_is_on_the_page(page: Any) -> None:
    rows = page.ROWS

    assert set(STORED) == set(rows)
    assert all(row.title in page.PAGE.read_text("utf-8") for row in rows.values())
    assert {row.module for row in rows.values()} == set((FOLDER / "clients").glob("*.py"))
    assert all(set(row.shows) == set(STORED[row.name]["installed"]) for row in rows.values())


@pytest.mark.parametrize("module", sorted((FOLDER / "clients").glob("*.py")), ids=lambda path: path.stem)
def test_the_module_of_a_client_has_a_fixture_for_what_it_does(module: Path) -> None:
    compiled = compile(module.read_text("utf-8"), module.name, "exec")

    assert any(name.startswith("ominigate_") for name in compiled.co_names)


CAPS = ["account_daily_limit", "key_daily_limit", "key_monthly_limit", "request_cost_limit"]
RATES = ["rate_limited", "tpm_rate_limited"]
MET = {"402": CAPS, "404": ["not_found"], "429": CAPS + RATES, "502": ["upstream_failed"]}


@pytest.mark.parametrize(
    ("rule", "codes", "other", "said"),
    [
        ("branched-on-status", {"429": CAPS}, [], "the spending caps"),
        ("retried-before-reset", {"429": CAPS[:3]}, [], "the caps that reset under 429"),
        ("retried-before-reset", {"402": CAPS[:3], "429": CAPS[:3]}, [], "the caps that reset"),
        ("gave-up-early", {"429": RATES, "502": ["upstream_failed"]}, [], "every transient error"),
        ("gave-up-early", {"429": ["rate_limited"]}, ["stream_reset"], "`rate_limited`; `stream_reset`"),
        ("misread-family", {}, ["unknown_rate_limit_error"], "undocumented codes of `rate_limit_error`"),
    ],
)
def test_says_in_few_words_where_a_rule_was_broken(
    page: Any, rule: str, codes: dict[str, list[str]], other: list[str], said: str
) -> None:
    broken = {"codes": codes, "scenarios": ["persists", *other], "other": other, "operations": ["chat"]}

    assert page.where(rule, broken, MET, ["chat"]) == said
    only = " (`chat` only)" if codes else ""
    assert page.where(rule, broken, MET, ["chat", "messages"]) == said + only


def test_an_error_within_a_stream_is_no_documented_reply(page: Any) -> None:
    violation = {"rule": "lost-code", "level": "SHOULD", "code": "upstream_failed"}
    request = {"event": "request", "lane": 1, "operation": "chat_stream", "code": "upstream_failed", "status": 200}
    result = {
        "nodeid": "conftest.py::ominigate::chat_stream[upstream_failed-stream_error]",
        "operation": "chat_stream",
        "code": "upstream_failed",
        "status": 200,
        "scenario": "stream_error",
        "verdict": "pass",
        "violations": [violation],
        "timeline": [request],
        "reasons": [],
        "advice": [],
    }

    kept = sys.modules["results"].digest({"results": [result]}, {})

    assert kept["met"] == {}
    assert kept["should"]["lost-code"]["other"] == ["stream_error"]
    assert kept["most"] == {"requests": 1, "scenario": "chat_stream[upstream_failed-stream_error]"}


@pytest.mark.parametrize("name", sorted(STORED))
class TestStored:
    def test_names_only_rules_and_codes_that_exist(self, name: str) -> None:
        stored = STORED[name]
        told = [*stored["must"].items(), *stored["should"].items()]

        assert {rule for rule, _ in told} <= NAMES
        assert {code for _, broken in told for codes in broken["codes"].values() for code in codes} <= set(CODES)
        assert all(int(status) in CODES[code] for status, codes in stored["met"].items() for code in codes)

    def test_counts_add_up(self, name: str) -> None:
        stored = STORED[name]

        counted = stored["passed"] + stored["failed"] + stored["inconclusive"]
        assert counted == sum(stored["operations"].values())
        assert bool(stored["must"]) == bool(stored["failed"])
        assert stored["inconclusive"] == sum(map(len, stored["unknown"].values()))

    def test_holds_no_path_of_a_machine(self, name: str) -> None:
        assert not re.search(r"/(home|tmp|root|usr|work|Users)/", json.dumps(STORED[name]))


def test_a_run_here_finds_what_is_stored(pytester: pytest.Pytester, page: Any) -> None:
    row = page.ROWS["openai-3"]
    if {name: version(name) for name in row.shows} != STORED["openai-3"]["installed"]:
        pytest.skip("another version is installed here than that of the page")
    shutil.copy(row.module, pytester.path / "conftest.py")
    asked = "chat[ and (key_daily_limit or request_cost_limit)"

    pytester.runpytest_subprocess(
        "--ominigate-errors", "--ominigate-report=json:report.json", "-p", "no:cacheprovider", "-k", asked
    )

    found = sys.modules["results"].digest(json.loads((pytester.path / "report.json").read_text("utf-8")), {})
    assert set(found["must"]) == {"branched-on-status", "retried-before-reset", "retried-permanent-error"}
    for rule, broken in found["must"].items():
        for status, codes in broken["codes"].items():
            assert set(codes) <= set(STORED["openai-3"]["must"][rule]["codes"][status])
