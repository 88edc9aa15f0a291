"""Which tests are generated, and what they are called."""

from __future__ import annotations

import pytest

from .conftest import CHAT, REST, Project

BOUND = """
import pytest

@pytest.fixture
def ominigate_{0}(ominigate):
    return lambda: "pass"
"""


def groups(ids: list[str]) -> list[str]:
    """The node ids without their parameters, each once."""
    return list(dict.fromkeys(nodeid.partition("[")[0] for nodeid in ids))


def test_one_item_a_scenario_named_after_it(project: Project) -> None:
    project.client(path="tests/conftest.py")

    assert project.ids() == [f"tests/conftest.py::ominigate::chat[{name}]" for name in CHAT]


def test_healthy_comes_first_and_retry_after_has_its_documented_id(project: Project) -> None:
    ids = project.client(path="tests/conftest.py").ids()

    assert ids[0] == "tests/conftest.py::ominigate::chat[healthy]"
    assert "tests/conftest.py::ominigate::chat[rate_limited-retry_after_seconds]" in ids


def test_no_id_holds_colons_inside_its_brackets(project: Project) -> None:
    ids = project.write({"conftest.py": "".join(map(BOUND.format, ("chat", "video", "image")))}).ids()

    assert [nodeid for nodeid in ids if "::" in nodeid.partition("[")[2]] == []


def test_one_method_for_each_operation_in_their_order(project: Project) -> None:
    operations = ("video", "image", "messages_stream", "messages", "chat_stream", "chat")
    project.write({"conftest.py": "".join(map(BOUND.format, operations))})

    assert groups(project.ids()) == [
        "conftest.py::ominigate::chat",
        "conftest.py::ominigate::chat_stream",
        "conftest.py::ominigate::messages",
        "conftest.py::ominigate::messages_stream",
        "conftest.py::ominigate::image",
        "conftest.py::ominigate::video",
    ]


def test_nothing_is_generated_without_the_flag(project: Project) -> None:
    project.client().write({"test_own.py": "def test_own(): pass"})

    project.run().assert_outcomes(passed=1)


def test_other_fixtures_and_other_names_are_no_clients(project: Project) -> None:
    project.write({"conftest.py": BOUND.format("embeddings") + "\nominigate_chat = 1\ndef ominigate_image(): pass\n"})

    assert project.ids() == []


def test_a_nested_conftest_gives_items_for_what_it_overrides_only(project: Project) -> None:
    project.write(
        {
            "conftest.py": BOUND.format("chat") + BOUND.format("image"),
            "a/conftest.py": BOUND.format("image"),
            "a/test_a.py": "def test_a(): pass",
            "b/conftest.py": "import pytest",
            "b/test_b.py": "def test_b(): pass",
        }
    )

    assert groups(project.ids()) == [
        "a/conftest.py::ominigate::image",
        "a/test_a.py::test_a",
        "b/test_b.py::test_b",
        "conftest.py::ominigate::chat",
        "conftest.py::ominigate::image",
    ]


def test_an_override_may_build_on_what_it_overrides(project: Project) -> None:
    project.client("pass").write(
        {
            "a/conftest.py": """
import pytest

@pytest.fixture
def ominigate_chat(ominigate_chat):
    return lambda: ominigate_chat()
""",
        }
    )

    project.ask().assert_outcomes(passed=2, deselected=2 * REST)


@pytest.mark.parametrize(
    "binding",
    [
        "from clients import ominigate_chat",
        "from clients import other as ominigate_chat",
        "from clients import renamed",
        "from clients import renamed as something",
        "from clients import *",
    ],
)
def test_an_imported_or_renamed_fixture_counts(project: Project, binding: str) -> None:
    project.write(
        {
            "conftest.py": binding,
            "clients.py": f"""
import pytest

{"@pytest.fixture" if "import ominigate_chat" in binding or "*" in binding else ""}
def ominigate_chat(ominigate):
    return lambda: "pass"

other = pytest.fixture(lambda ominigate: lambda: "pass")

@pytest.fixture(name="ominigate_chat")
def renamed(ominigate):
    return lambda: "pass"
""",
        }
    )

    assert groups(project.ids()) == ["conftest.py::ominigate::chat"]
    project.ask().assert_outcomes(passed=1, deselected=REST)


def test_a_parametrised_client_gives_each_of_its_variants_all_scenarios(project: Project) -> None:
    project.write(
        {
            "conftest.py": """
import pytest

@pytest.fixture(params=["sync", "patient"])
def ominigate_chat(request, ominigate):
    return lambda: f"fail {request.param}" if request.param == "sync" else "pass"
"""
        }
    )
    result = project.ask()

    assert "conftest.py::ominigate::chat[patient-healthy]" in project.ids()
    result.assert_outcomes(passed=1, failed=1, deselected=2 * REST)


@pytest.mark.parametrize("scope", ["function", "class", "module", "package", "session"])
def test_a_client_may_have_any_scope(project: Project, scope: str) -> None:
    project.write(
        {
            "conftest.py": f"""
import pytest

made = []

@pytest.fixture(scope={scope!r})
def ominigate_chat(ominigate_server):
    assert ominigate_server.base_url == ominigate_server.root_url + "/v1"
    made.append(1)
    return lambda: "pass"

def pytest_unconfigure():
    print("made", len(made))
"""
        }
    )
    result = project.run("--ominigate-errors", "-s", "-k", "healthy or recovers")

    passed = sum(name == "healthy" or "recovers" in name for name in CHAT)
    result.assert_outcomes(passed=passed, deselected=len(CHAT) - passed)
    result.stdout.fnmatch_lines([f"*made {passed if scope == 'function' else 1}"])


@pytest.mark.parametrize(
    "call",
    [
        "lambda: client.ask()",
        "client.ask",
        "functools.partial(client.answer, 'pass')",
        "client",
        "client.ask_async",
        "lambda: client.ask_async()",
        "functools.partial(client.answer_async, 'pass')",
    ],
)
def test_any_callable_without_arguments_will_do(project: Project, call: str) -> None:
    project.write(
        {
            "conftest.py": f"""
import functools
import pytest

class Client:
    def ask(self): return "pass"
    def answer(self, text): return text
    def __call__(self): return "pass"
    async def ask_async(self): return "pass"
    async def answer_async(self, text): return text

@pytest.fixture
def ominigate_chat(ominigate):
    client = Client()
    return {call}
"""
        }
    )

    project.ask().assert_outcomes(passed=1, deselected=REST)


def test_autouse_fixtures_of_the_user_apply(project: Project) -> None:
    project.client().write(
        {
            "conftest.py": """
import pytest

used = []

@pytest.fixture(autouse=True, scope="module")
def around(request):
    used.append(request.module.__file__)

@pytest.fixture
def ominigate_chat(ominigate):
    return lambda: "pass" if used == [__file__] else f"fail {used}"
"""
        }
    )

    project.ask().assert_outcomes(passed=1, deselected=REST)


def test_python_functions_and_python_classes_of_the_user_do_not_matter(project: Project) -> None:
    project.client().ini("python_functions = check_*", "python_classes = Check*")

    assert len(project.ids()) == len(CHAT)


def test_python_files_that_take_in_conftest_do_not_double_the_items(project: Project) -> None:
    project.client().ini("python_files = *.py")

    assert len(project.ids()) == len(CHAT)


def test_the_place_of_an_item_is_the_users_fixture(project: Project) -> None:
    project.client()
    items, _ = project.pytester.inline_genitems("-p", "ominigate", "-p", "fake_trial", "--ominigate-errors")

    assert {item.location[:2] for item in items} == {("conftest.py", 3)}
    assert {item.reportinfo()[:2] for item in items} == {(project.path / "conftest.py", 3)}
