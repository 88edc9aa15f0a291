"""``--ominigate-report=FORMAT[:PATH]`` writes what was found."""

from __future__ import annotations

import json

import pytest

from .conftest import Project

WORKERS = pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["alone", "xdist"])
HEALTHY = "conftest.py::ominigate::chat[healthy]"


@WORKERS
def test_the_results_of_all_processes_are_in_it(project: Project, workers: tuple[str, ...]) -> None:
    project.client("fail early-retry")

    narrowing = ("-k", "healthy or empty_500")
    result = project.run("--ominigate-errors", *narrowing, "--ominigate-report=json:out/it.json", *workers)

    data = json.loads((project.path / "out/it.json").read_text())
    assert [item["nodeid"] for item in data["results"]] == ["conftest.py::ominigate::chat[empty_500]", HEALTHY]
    assert [item["verdict"] for item in data["results"]] == ["fail", "fail"]
    result.stdout.fnmatch_lines(["json report: out/it.json"])


def test_two_runs_give_the_same_bytes(project: Project) -> None:
    project.client("fail early-retry")
    for name in ("a", "b"):
        project.run("--ominigate-errors", f"--ominigate-report=json:{name}.json", "-k", "limited")

    assert (project.path / "a.json").read_bytes() == (project.path / "b.json").read_bytes()


@pytest.mark.parametrize(
    ("format_", "path"),
    [
        ("json", "ominigate.json"),
        ("html", "ominigate.html"),
        ("markdown", "ominigate.md"),
        ("gitlab", "gl-code-quality-report.json"),
        ("sarif", "ominigate.sarif"),
    ],
)
def test_each_format_has_a_path_of_its_own(project: Project, format_: str, path: str) -> None:
    result = project.client().ask(f"--ominigate-report={format_}")

    assert (project.path / path).read_text("utf-8")
    result.stdout.fnmatch_lines([f"{format_} report: {path}"])


def test_github_annotations_go_to_the_terminal(project: Project) -> None:
    result = project.client("fail early-retry").ask("--ominigate-report=github")

    result.stdout.fnmatch_lines(["::error *file=conftest.py,line=4*"])


def test_it_is_repeatable(project: Project) -> None:
    project.client().ask("--ominigate-report=json:a.json", "--ominigate-report=markdown:a.md")

    assert (project.path / "a.json").exists()
    assert (project.path / "a.md").exists()


def test_it_may_stand_in_the_ini_file(project: Project) -> None:
    project.client().ini("ominigate_report = json:a.json markdown").ask()

    assert (project.path / "a.json").exists()
    assert (project.path / "ominigate.md").exists()


def test_a_run_that_has_nothing_to_tell_writes_nothing(project: Project) -> None:
    project.write({"test_own.py": "def test_own(): pass"}).ini("ominigate_report = json")

    project.run().assert_outcomes(passed=1)

    assert not (project.path / "ominigate.json").exists()


def test_tests_written_by_hand_are_reported_without_the_gate(project: Project) -> None:
    test = "import pytest\n@pytest.mark.ominigate\ndef test_it(ominigate):\n    ominigate.say('fail early-retry')"
    project.write({"test_it.py": test})

    result = project.run("--ominigate-report=json")

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert "gate failed" not in result.stdout.str()
    data = json.loads((project.path / "ominigate.json").read_text())
    assert [(item["nodeid"], item["scenario"]) for item in data["results"]] == [("test_it.py::test_it", "marked")]


def test_an_error_before_the_scenario_is_reported_as_inconclusive(project: Project) -> None:
    project.write({"conftest.py": "import pytest\n@pytest.fixture\ndef ominigate_chat(ominigate): raise ValueError"})

    project.ask("--ominigate-report=json").assert_outcomes(errors=1, deselected=len(project.ids()) - 1)

    (result,) = json.loads((project.path / "ominigate.json").read_text())["results"]
    assert (result["verdict"], result["reasons"]) == ("inconclusive", ["the setup failed before the scenario began"])


def test_a_run_that_was_cut_short_is_reported(project: Project) -> None:
    project.client("fail early-retry").run("--ominigate-errors", "-x", "--ominigate-report=json")

    assert len(json.loads((project.path / "ominigate.json").read_text())["results"]) == 1


def test_a_path_that_cannot_be_written_fails_the_run(project: Project) -> None:
    project.client().write({"out": "a file"})

    result = project.ask("--ominigate-report=json:out/a.json")

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["gate failed: the json report cannot be written: *"])


def test_the_key_is_in_no_report(project: Project) -> None:
    project.client("fail early-retry")
    project.ask(*(f"--ominigate-report={name}:all/{name}" for name in ("json", "html", "markdown", "gitlab", "sarif")))

    texts = [path.read_text("utf-8") for path in sorted((project.path / "all").iterdir())]
    assert len(texts) == 5
    assert [text for text in texts if "sk-omg-fake-key" in text] == []
