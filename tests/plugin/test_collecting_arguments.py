"""Whatever the user asks pytest to collect, the clients that govern it are found, once."""

from __future__ import annotations

import pytest

from . import conftest
from .conftest import REST, Project

CHAT = len(conftest.CHAT)
FOLDERS = [[], ["."], ["tests"], ["tests", "docs"], ["tests/a", "tests/b"]]
OWN = "def test_own(): pass"


@pytest.fixture
def tree(project: Project) -> Project:
    """A client above the tests, another one beside some of them."""
    project.client().client(path="tests/b/conftest.py")
    return project.write({"tests/a/test_a.py": OWN, "tests/b/test_b.py": OWN, "docs/conf.py": ""})


def where(ids: list[str]) -> dict[str, int]:
    """How many items each file gives."""
    files = [nodeid.partition("::")[0] for nodeid in ids]
    return {file: files.count(file) for file in dict.fromkeys(files)}


EVERYTHING = {"tests/a/test_a.py": 1, "tests/b/conftest.py": CHAT, "tests/b/test_b.py": 1, "conftest.py": CHAT}


@pytest.mark.parametrize("arguments", FOLDERS)
def test_a_client_above_the_folders_is_found(tree: Project, arguments: list[str]) -> None:
    assert where(tree.ids(*arguments)) == EVERYTHING


def test_a_client_above_testpaths_is_found(tree: Project) -> None:
    tree.ini("testpaths = tests")

    assert where(tree.ids()) == EVERYTHING


def test_a_client_above_testpaths_is_found_by_xdist_too(tree: Project) -> None:
    tree.ini("testpaths = tests", "addopts = -p xdist")

    result = tree.spawn("--ominigate-errors", "-n2", "-k", "healthy or test_own")

    result.assert_outcomes(passed=4)


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["tests/a/test_a.py"], {"tests/a/test_a.py": 1}),
        (["tests/a/test_a.py::test_own"], {"tests/a/test_a.py": 1}),
        (["conftest.py"], {"conftest.py": CHAT}),
        (["tests/b/conftest.py"], {"tests/b/conftest.py": CHAT}),
        (["conftest.py::ominigate"], {"conftest.py": CHAT}),
        (["conftest.py::ominigate::chat"], {"conftest.py": CHAT}),
        (["conftest.py::ominigate::chat[healthy]"], {"conftest.py": 1}),
        (
            ["conftest.py::ominigate::chat[healthy]", "tests/b/conftest.py::ominigate::chat[healthy]"],
            {"conftest.py": 1, "tests/b/conftest.py": 1},
        ),
        (["tests/b"], {"tests/b/conftest.py": CHAT, "tests/b/test_b.py": 1, "conftest.py": CHAT}),
        (["docs"], {"conftest.py": CHAT}),
    ],
)
def test_a_narrowed_run_collects_what_it_names(tree: Project, arguments: list[str], found: dict[str, int]) -> None:
    assert where(tree.ids(*arguments)) == found


def test_absolute_node_ids_are_understood(tree: Project) -> None:
    path = tree.path / "tests/b/conftest.py"

    assert tree.ids(f"{path}::ominigate::chat[healthy]") == ["tests/b/conftest.py::ominigate::chat[healthy]"]


def test_another_working_directory_does_not_matter(tree: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    tree.ini()
    monkeypatch.chdir(tree.path / "tests")

    assert where(tree.ids("a")) == {"tests/a/test_a.py": 1, "conftest.py": CHAT}


def test_an_explicit_conftest_without_a_client_is_left_to_pytest(project: Project) -> None:
    project.write({"conftest.py": "def test_inside(): pass"})

    assert project.ids("conftest.py") == ["conftest.py::test_inside"]


def test_ignored_folders_stay_ignored(tree: Project) -> None:
    assert where(tree.ids("--ignore=tests/b")) == {"tests/a/test_a.py": 1, "conftest.py": CHAT}


@pytest.mark.parametrize(
    ("arguments", "left"),
    [
        (["-k", "rpm_rate_limited and recovers"], 1),
        (["-k", "test_own or healthy"], 2),
        (["-m", "ominigate"], CHAT),
        (["-m", "not ominigate"], 1),
        (["--deselect", "conftest.py::ominigate"], 1),
        (["--deselect", "conftest.py::ominigate::chat[healthy]"], CHAT),
    ],
)
def test_items_are_chosen_like_any_others(project: Project, arguments: list[str], left: int) -> None:
    project.client().write({"test_own.py": OWN})

    project.run("--ominigate-errors", *arguments).assert_outcomes(passed=left, deselected=CHAT + 1 - left)


def test_packages_are_no_obstacle(project: Project) -> None:
    project.client(path="pkg/tests/conftest.py")
    project.write({"pkg/__init__.py": "", "pkg/tests/__init__.py": "", "pkg/tests/test_own.py": OWN})

    assert where(project.ids()) == {"pkg/tests/conftest.py": CHAT, "pkg/tests/test_own.py": 1}


@pytest.mark.parametrize("mode", ["prepend", "append", "importlib"])
def test_every_import_mode_works(project: Project, mode: str) -> None:
    project.client(path="suite/conftest.py")

    project.ask(f"--import-mode={mode}").assert_outcomes(passed=1, deselected=REST)


def test_doctests_of_the_same_file_are_collected_beside(project: Project) -> None:
    project.client().write({"module.py": '"""\n>>> 1 + 1\n2\n"""'})

    assert where(project.ids("--doctest-modules")) == {"conftest.py": CHAT, "module.py": 1}


def test_the_last_failed_items_are_run_again(project: Project) -> None:
    project.client("fail early-retry")
    project.run("--ominigate-errors", "conftest.py::ominigate::chat[healthy]").assert_outcomes(failed=1)

    result = project.run("--ominigate-errors", "--lf", "-v")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["conftest.py::ominigate::chat[[]healthy[]] FAILED*"])


def test_collect_only_prints_the_node_ids(project: Project) -> None:
    result = project.client().run("--ominigate-errors", "--collect-only", "-q")

    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["conftest.py::ominigate::chat[[]healthy[]]"])
