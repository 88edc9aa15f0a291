"""The healthy call before a client's scenarios: once in a process, in any order, and unseen where not chosen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Project

CORPUS = Path(__file__).parents[1] / "corpus"
CONFTEST = """
import json, pathlib, random, time, urllib.error, urllib.request
import pytest

def note(what):
    with open("notes", "a") as notes:
        notes.write(what + " ")
    print("saw", what)

class Client:
    def __init__(self, url, key, broken=False):
        self.url, self.key, self.broken, self.random = url + "/chat/completions", key, broken, random.Random(7)
        note("made")

    def post(self):
        body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "ping"}]}
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.url, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request) as reply:
            return json.load(reply)["choices"][0]["message"]["content"]

    def ask(self):
        note("call")
        if self.broken:
            raise ZeroDivisionError("whatever happens")
        for attempt in range(4):
            try:
                return self.post()
            except urllib.error.HTTPError as error:
                problem = json.load(error)["error"]
                if attempt == 3 or problem["type"] not in ("rate_limit_error", "upstream_error", "internal_error"):
                    raise RuntimeError(f"{problem} {error.headers}") from error
                asked = error.headers.get("Retry-After", "")
                time.sleep(max(float(asked) if asked.isdecimal() else 0, 2**attempt + self.random.random()))

@pytest.fixture
def ominigate_chat(ominigate):
    return Client(ominigate.base_url, ominigate.api_key).ask
"""
BACKWARDS = """
def pytest_collection_modifyitems(items):
    items.reverse()
"""
CHOSEN = ("-k", "healthy or invalid_model or (rate_limited and (recovers or seconds))")
"""``healthy``, two scenarios of invalid_model, and two of each rate limit."""


@pytest.fixture
def real(project: Project) -> Project:
    """A project with a client that keeps its duties, and notes what is done with it; nothing is faked."""
    project.fake = ()
    return project.write({"conftest.py": CONFTEST})


def noted(project: Project) -> tuple[int, int]:
    """How many clients were made, and how many calls, since this was last asked."""
    notes = project.path / "notes"
    words = notes.read_text("utf-8").split() if notes.exists() else []
    notes.unlink(missing_ok=True)
    return words.count("made"), words.count("call")


def test_one_healthy_call_goes_for_all(real: Project) -> None:
    real.run("--ominigate-errors", *CHOSEN).assert_outcomes(passed=9, deselected=80)

    # A call each, and a second one where an error lasts.
    assert noted(real) == (9, 10)


def test_it_goes_first_even_if_it_was_to_come_last(real: Project) -> None:
    real.write({"conftest.py": CONFTEST + BACKWARDS})
    result = real.run("--ominigate-errors", *CHOSEN)

    result.assert_outcomes(passed=9, deselected=80)
    assert noted(real) == (10, 11)


def test_the_report_is_the_same_in_either_order(real: Project) -> None:
    real.run("--ominigate-errors", *CHOSEN, "--ominigate-report=json:a.json")
    real.write({"conftest.py": CONFTEST + BACKWARDS})
    real.run("--ominigate-errors", *CHOSEN, "--ominigate-report=json:b.json")

    one, other = (json.loads((real.path / name).read_text("utf-8")) for name in ("a.json", "b.json"))
    for report in (one, other):
        report["results"].sort(key=lambda result: result["nodeid"])
    assert one == other


def test_nobody_hears_of_it_where_it_was_not_chosen(real: Project) -> None:
    result = real.run("--ominigate-errors", "-k", "invalid_model-recovers", "-rA")

    result.assert_outcomes(passed=1, deselected=88)
    assert noted(real) == (2, 2)
    assert result.stdout.str().count("saw made") == 1
    assert "healthy" not in result.stdout.str().replace("messages", "")


def test_nor_of_its_output_when_it_is_run_again_for_all_to_see(real: Project) -> None:
    real.write({"conftest.py": CONFTEST + BACKWARDS})
    result = real.run("--ominigate-errors", "-k", "healthy or invalid_model-recovers", "-rA")

    result.assert_outcomes(passed=2, deselected=87)
    assert result.stdout.str().count("saw made") == 2


def test_an_item_named_alone_is_judged_alike(real: Project) -> None:
    real.run("--ominigate-errors", "conftest.py::ominigate::chat[invalid_model-recovers]").assert_outcomes(passed=1)

    assert noted(real) == (2, 2)


def test_a_client_that_is_not_well_is_told_so_in_each_item(real: Project) -> None:
    real.write({"conftest.py": CONFTEST.replace("broken=False", "broken=True") + BACKWARDS})
    result = real.run("--ominigate-errors", "-k", "healthy or recovers", "-rs")

    assert result.parseoutcomes() == {"failed": 1, "inconclusive": 17, "deselected": 71}
    result.stdout.fnmatch_lines(["  17 scenarios: the healthy call already fails, so errors cannot be tried: no"])


def test_it_can_fail_without_a_debugger_coming_up(real: Project) -> None:
    real.write({"conftest.py": CONFTEST.replace("broken=False", "broken=True")})
    result = real.run("--ominigate-errors", "-k", "invalid_model-recovers", "--pdb")

    assert result.parseoutcomes() == {"inconclusive": 1, "deselected": 88}
    assert "Pdb" not in result.stdout.str()


def test_each_parameter_of_the_fixture_is_a_client_of_its_own(real: Project) -> None:
    text = CONFTEST.replace("@pytest.fixture\ndef ominigate_chat(ominigate)", PARAMETRISED)
    real.write({"conftest.py": text.replace("ominigate.api_key)", "ominigate.api_key, request.param)")})
    result = real.run("--ominigate-errors", "-k", "invalid_model-recovers")

    assert result.parseoutcomes() == {"passed": 1, "inconclusive": 1, "deselected": 176}


PARAMETRISED = """
@pytest.fixture(params=[False, True])
def ominigate_chat(ominigate, request)"""


def test_a_client_that_returns_errors_is_rehearsed_itself(real: Project) -> None:
    text = CONFTEST.replace("raise RuntimeError(", "return dict(error=").replace(") from error", ")")
    real.write({"conftest.py": text})
    real.run("--ominigate-errors", "-k", "invalid_model-recovers").assert_outcomes(passed=1, deselected=88)

    # Beside the call that nobody hears of: a trial, and as its result may be like a healthy one, both once more.
    assert noted(real) == (2, 4)


def test_a_fixture_that_fails_is_an_error_as_ever(real: Project) -> None:
    real.write({"conftest.py": CONFTEST.replace("    return Client(", "    1 / 0\n    return Client(")})
    result = real.run("--ominigate-errors", "-k", "invalid_model-recovers")

    result.assert_outcomes(errors=1, deselected=88)
    assert result.stdout.str().count("ERROR at setup") == 1


def test_nothing_is_run_where_only_the_setup_is_wanted(real: Project) -> None:
    real.run("--ominigate-errors", "-k", "invalid_model-recovers", "--setup-plan")

    assert noted(real) == (0, 0)


@pytest.mark.parametrize("plugin", ["asyncio", "anyio"])
def test_it_is_made_in_the_loop_of_an_async_fixture(real: Project, plugin: str) -> None:
    client = (CORPUS / "innocent" / "chat_httpx2_async.py").read_text("utf-8")
    real.write({"client.py": client, "conftest.py": ASYNC_FIXTURE + BACKWARDS})
    real.ini("asyncio_mode = auto", "asyncio_default_fixture_loop_scope = function")
    result = real.spawn("--ominigate-errors", "-k", "healthy or invalid_model", plugins=(plugin,))

    assert result.ret == pytest.ExitCode.OK
    assert result.parseoutcomes()["passed"] == 3
    assert noted(real) == (4, 0)


ASYNC_FIXTURE = """
import pytest
from client import chat

@pytest.fixture
async def ominigate_chat(ominigate):
    with open("notes", "a") as notes:
        notes.write("made ")
    yield chat(ominigate.base_url, ominigate.api_key)
"""
